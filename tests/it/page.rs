//! The page for reviewers, in a real browser. Where there is none, these tests say so and pass.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Browser, Run, binary};

const TAB: u32 = 9;
const ENTER: u32 = 13;

/// A page of the manual's set-up.
fn page(directory: &TempDir) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let spec = root.join("examples/documented.yaml");
    let mut command = binary(directory.path());
    let run = Run::of(command.args(["plan", "--sandbox", "--format", "html"]).arg(spec));
    assert_eq!(run.code, Some(0), "{run:?}");
    let page = directory.path().join("plan.html");
    std::fs::write(&page, run.stdout).unwrap();
    page
}

fn browser() -> Option<Browser> {
    let browser = Browser::start();
    if browser.is_none() {
        eprintln!("skipped: no Chromium on this machine (apt-get install chromium-headless-shell)");
    }
    browser
}

#[test]
fn the_page_fits_a_phone_and_a_desk_and_can_be_read_by_day_and_night() {
    let Some(mut browser) = browser() else { return };
    let directory = tempfile::tempdir().unwrap();
    let page = page(&directory);
    browser.open(&page);
    // What is folded has to fit, too.
    let unfold = "document.querySelectorAll('details').forEach(fold => fold.open = true)";
    browser.evaluate(unfold);
    for (width, height) in [(360, 740), (1280, 900)] {
        browser.resize(width, height);
        let wide = browser.evaluate("document.documentElement.scrollWidth");
        assert!(wide.as_u64().unwrap() <= u64::from(width), "{wide} in {width}");
        for scheme in ["light", "dark"] {
            browser.prefer(scheme);
            let faint = browser.evaluate(FAINT);
            assert_eq!(faint, Value::Array(Vec::new()), "{scheme}");
        }
    }
    assert_eq!(browser.evaluate("performance.getEntriesByType('resource').length"), 0);
    assert_eq!(browser.evaluate("document.scripts.length"), 0);
}

/// Texts whose contrast with what is behind them is below 4.5 (WCAG 2, AA).
const FAINT: &str = r"
(() => {
  const rgb = text => text.match(/[\d.]+/g).map(Number);
  const linear = v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const behind = element => {
    for (; element; element = element.parentElement) {
      const color = rgb(getComputedStyle(element).backgroundColor);
      if (color.length < 4 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; node = walker.nextNode();) {
    const element = node.parentElement;
    if (!node.data.trim() || ['STYLE', 'TITLE', 'title'].includes(element.tagName)) continue;
    const style = getComputedStyle(element);
    const drawn = element.tagName === 'text';
    const front = light(rgb(drawn ? style.fill : style.color));
    const rect = element.parentElement.querySelector('rect');
    const back = light(drawn ? rgb(getComputedStyle(rect).fill) : behind(element));
    const contrast = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
    if (contrast < 4.5) faint.push(`${contrast.toFixed(2)} ${node.data.trim()}`);
  }
  return faint;
})()";

#[test]
fn the_page_can_be_used_with_a_keyboard_alone() {
    let Some(mut browser) = browser() else { return };
    let directory = tempfile::tempdir().unwrap();
    let page = page(&directory);
    browser.open(&page);
    browser.resize(1280, 900);
    let focused = "(() => { const e = document.activeElement; const s = getComputedStyle(e); \
                   return [e.tagName, e.textContent.trim().split('\\n')[0], s.outlineStyle] })()";
    let mut order = Vec::new();
    for _ in 0..6 {
        browser.press("Tab", TAB);
        order.push(browser.evaluate(focused));
    }
    let names: Vec<_> = order.iter().map(|stop| stop[1].as_str().unwrap()).collect();
    assert_eq!(names[..4], ["Changes", "Findings", "Review", "Order"], "{order:?}");
    assert_eq!(order[4][0], "SUMMARY", "the first step: {order:?}");
    assert!(order.iter().all(|stop| stop[2] == "solid"), "the focus is seen: {order:?}");
    let open = "document.querySelector('#change-0').open";
    assert_eq!(browser.evaluate(open), false);
    browser.press("Enter", ENTER);
    assert_eq!(browser.evaluate(open), true, "{order:?}");
    let positive =
        browser.evaluate("document.querySelectorAll('[tabindex]:not([tabindex=\"0\"])').length");
    assert_eq!(positive, 0, "the order of keys is that of the page");
    let stops = browser.evaluate("document.querySelectorAll('.scroll[tabindex=\"0\"]').length");
    assert_eq!(stops, 1, "what scrolls sideways can be reached");
}

/// To renew it after the page's look has changed: `RENEW_PICTURE=1 cargo test page`.
#[test]
fn the_picture_in_the_documents_is_a_real_page() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let file = root.join("docs/plan.png");
    if std::env::var_os("RENEW_PICTURE").is_some() {
        let mut browser = browser().unwrap();
        let directory = tempfile::tempdir().unwrap();
        browser.resize(1100, 1000);
        browser.open(&page(&directory));
        browser.evaluate(
            "for (const id of [0, 2, 17]) document.querySelector(`#change-${id}`).open = true",
        );
        std::fs::write(&file, browser.screenshot()).unwrap();
    }
    let picture = std::fs::read(file).unwrap();
    assert!(picture.starts_with(b"\x89PNG"), "run: RENEW_PICTURE=1 cargo test page");
}
