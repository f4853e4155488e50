// What the scenarios for node share: the blocks of docs/emulator.md, and the report of each step.

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const installed = join(process.env.CLIENTS, "node");
let failed = false;

export function client(name) {
  const description = readFileSync(join(installed, "node_modules", name, "package.json"));
  console.log(`client ${name} ${JSON.parse(description).version}`);
}

/** What the page's blocks define, run one after the other as they stand there. */
export async function blocks(names, defined) {
  const code = names.map((name) => execFileSync(process.env.CLIENTS_BLOCK, [name], { encoding: "utf8" }));
  // Packages are found from here.
  const directory = join(installed, "blocks");
  mkdirSync(directory, { recursive: true });
  const file = join(directory, `${names.at(-1).replaceAll("/", "-")}.mjs`);
  writeFileSync(file, `${code.join("\n")}\nexport { ${defined.join(", ")} };\n`);
  return import(file);
}

/** A package of the client, for what its block does not import. */
export function packages(name) {
  return createRequire(join(installed, "package.json"))(name);
}

/** Says that the client agreed, or on what it did not. */
export async function step(name, what) {
  try {
    const result = await what();
    console.log(`ok ${name}`);
    return result;
  } catch (error) {
    failed = true;
    const what = String(error).split("\n").filter(Boolean).slice(0, 8).join(" ");
    console.log(`FAIL ${name}: ${what}`);
  }
}

/** What the client reports of a call that must be refused. */
export async function refused(call) {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error("it was not refused");
}

export async function all(pages) {
  const items = [];
  for await (const item of pages) items.push(item);
  return items;
}

export function end() {
  process.exit(failed ? 1 : 0);
}
