# What scenarios in bash share: a step is a command of the client, and what it must show.
failures=0
errors="$HOME/errors"

ok() { echo "ok $1"; }

fail() { # STEP WHAT
  echo "FAIL $1: $2"
  failures=1
}

compare() { # STEP EXPECTED SHOWN
  if [ "$3" = "$2" ]; then ok "$1"; else fail "$1" "'$3' instead of '$2'"; fi
}

# The command ends well and prints this.
shows() { # STEP EXPECTED COMMAND…
  local step=$1 expected=$2 shown
  shift 2
  if shown=$("$@" 2>"$errors"); then
    compare "$step" "$expected" "$shown"
  else
    fail "$step" "$(tr '\n' ' ' <"$errors")"
  fi
}

# The command ends well; what it prints matters to others only.
works() { # STEP COMMAND…
  local step=$1
  shift
  if "$@" >"$HOME/output" 2>"$errors"; then ok "$step"; else fail "$step" "$(tr '\n' ' ' <"$errors")"; fi
}

# The command fails, and says why in these words.
refuses() { # STEP WORDS COMMAND…
  local step=$1 words=$2
  shift 2
  if "$@" >/dev/null 2>"$errors"; then
    fail "$step" "it was not refused"
  elif grep -qF -- "$words" "$errors"; then
    ok "$step"
  else
    fail "$step" "'$words' is not in: $(tr '\n' ' ' <"$errors")"
  fi
}
