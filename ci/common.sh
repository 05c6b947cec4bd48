# Shared by the commands in ci/ and by ci/host/nightly: progress, packages, the build, ctest.
# shellcheck shell=bash
# shellcheck disable=SC2034  # ci/cases and ci/test read ctest_arguments
set -euo pipefail
invoked_in=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."
unset DUALPATH_RESULTS  # ci/ always uses build/results
# With these, gtest programs run fewer tests than ctest counts, and succeed.
unset "${!GTEST_@}" TESTBRIDGE_TEST_ONLY

started=$SECONDS
stage() { printf '\n=== [%3d s] %s\n' "$((SECONDS - started))" "$*"; }

# die WHAT WHAT_TO_DO: prints both and exits.
die() {
  printf '%s: %s\n' "$(basename "$0")" "$1. $2" >&2
  exit 69
}

# absent PROGRAM WHAT_IS_SKIPPED: says that a check is skipped, which on CI is an error.
absent() {
  [ -z "${CI:-}${GITHUB_ACTIONS:-}" ] || die "$1 is not available" "On CI no check may be skipped ($2)"
  echo "$1 is not available; skipping $2"
}

# ctest runs in build/, so that file names must be absolute.
absolute() { [[ $1 == /* ]] && echo "$1" || echo "$invoked_in/$1"; }
if [ -n "${DUALPATH_KERNEL:-}" ]; then
  DUALPATH_KERNEL=$(absolute "$DUALPATH_KERNEL")
  export DUALPATH_KERNEL
fi
if [ -n "${DUALPATH_OVERLAY:-}" ]; then
  IFS=: read -ra overlays <<< "$DUALPATH_OVERLAY"
  DUALPATH_OVERLAY=
  for overlay in "${overlays[@]}"; do
    [ -z "$overlay" ] || DUALPATH_OVERLAY+=${DUALPATH_OVERLAY:+:}$(absolute "$overlay")
  done
  export DUALPATH_OVERLAY
fi

# raw COMMAND...: runs a command whose output contains text of a VM or another machine. On GitHub it
# would otherwise obey workflow commands in it.
raw() {
  [ -n "${GITHUB_ACTIONS:-}" ] || { "$@"; return; }
  local token code=0
  token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  echo "::stop-commands::$token"
  "$@" || code=$?
  printf '\n::%s::\n' "$token"
  return "$code"
}

# Waits for other runs in this clone, since only one run at a time can use the build directory and the
# results. The lock's file says which run has it.
wait_for_other_runs() {
  mkdir -p build
  exec 9>> build/run.lock
  if ! flock --nonblock 9; then
    stage "waiting for another run in this clone: $(cat build/run.lock)"
    flock 9
  fi
  echo "ci/$(basename "$0"), process $$, since $(date +%T)" > build/run.lock
}

# Installs missing packages from ci/packages. Needs root only if any are missing.
install_missing() {
  wait_for_other_runs
  stage "packages"
  local package mark missing=() unavailable=()
  while read -r package mark; do
    [[ $package != '#'* ]] || continue
    [ "$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null)" != "install ok installed" ] || continue
    missing+=("$package")
    if [ "$mark" = optional ] && compgen -G '/var/lib/apt/lists/*_Packages*' > /dev/null &&
      ! apt-cache show "$package" > /dev/null 2>&1; then
      unavailable+=("$package")
    fi
  done < ci/packages
  if [ ${#unavailable[@]} -eq ${#missing[@]} ]; then
    echo "all packages installed${unavailable[*]:+ (not available in this release: ${unavailable[*]})}"
    return
  fi
  command -v apt-get >/dev/null ||
    die "missing packages: ${missing[*]}" \
      "There is no apt-get to install them; ci/host/README.md has the packages for Oracle Linux 7"
  local sudo=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || die "missing packages: ${missing[*]}" \
      "Install them as root: apt-get install ${missing[*]}"
    sudo=(sudo)
  fi
  echo "installing: ${missing[*]}"
  local log known=()
  log=$(mktemp)
  "${sudo[@]}" apt-get -q update > "$log" 2>&1 || {
    tail -n 20 "$log" >&2
    rm -f "$log"
    die "cannot update the package lists" "apt-get's output is above"
  }
  for package in "${missing[@]}"; do
    if apt-cache show "$package" > "$log" 2>&1; then
      known+=("$package")
    else
      echo "not available in this release: $package (CMake fails later if it is required)"
    fi
  done
  if ! "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends \
         install "${known[@]}" > "$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    die "cannot install the packages" "apt-get's output is above"
  fi
  rm -f "$log"
}

# Configures the build directory.
configure_build() {
  cmake -S . -B build -G Ninja -DDUALPATH_PLACE=lab > build-configure.log 2>&1 || {
    cat build-configure.log >&2
    rm -f build-configure.log
    die "cannot configure the build" "CMake's output is above"
  }
  rm -f build-configure.log
}

# build [TARGET...]: builds the targets, or everything. In parallel, prepares the lab as soon as the
# required programs are built: the image, then the snapshots up to the rig. This takes longest, and
# mostly waits for the mirror or keeps one CPU busy. Its log is printed at the end. Runs in a subshell,
# to which the trap is limited.
build() (
  stage "build"
  configure_build
  # shellcheck disable=SC2030
  lab_jobs=()
  # Without job control, background processes ignore SIGINT, so Ctrl-C does not stop them.
  trap 'code=$?; kill "${lab_jobs[@]}" 2>/dev/null || true; wait "${lab_jobs[@]}" || true; exit $code' EXIT
  : > build/lab.log
  cmake --build build --target dualpath-image
  build/bin/dualpath-image >> build/lab.log 2>&1 &
  lab_jobs+=($!)
  cmake --build build --target dualpath
  build/bin/dualpath prepare --boot-only >> build/lab.log 2>&1 &
  lab_jobs+=($!)
  after_the_image cmake --build build --target dualpath-rig dualpath_guest_agent
  build/bin/dualpath prepare >> build/lab.log 2>&1 &
  lab_jobs+=($!)
  after_the_image cmake --build build ${1:+--target "$@"}
  stage "lab"
  raw tail -n +1 --follow --pid="${lab_jobs[-1]}" build/lab.log
  code=0
  wait "${lab_jobs[@]}" || code=$?  # from the last job, which retries steps that failed earlier
  trap - EXIT
  exit "$code"
)

# after_the_image COMMAND...: runs a command, under nice as long as the lab's image is being built, on
# which the first verdict depends. Later nice would delay that verdict, on a busy machine by a lot.
after_the_image() {
  # shellcheck disable=SC2031  # called in build's subshell
  if kill -0 "${lab_jobs[0]}" 2> /dev/null; then nice "$@"; else "$@"; fi
}

# check_patterns ARGUMENT...: returns 2 if one of ctest's arguments is not a regular expression, with
# CMake's complaint. ctest itself would succeed, after the build, without a test.
check_patterns() {
  local option='' argument complaint
  for argument; do
    case $option in
      -R | -E | -L | -LE | --tests-regex | --exclude-regex | --label-regex | --label-exclude)
        complaint=$(cmake "-DPATTERN=$argument" -P ci/cmake/CheckPattern.cmake 2>&1) || {
          echo "$(basename "$0"): $option '$argument' is not a regular expression:" \
            "$(sed -n 's/^ *RegularExpression::compile(): //p' <<< "$complaint" | head -n 1)" >&2
          return 2
        } ;;
    esac
    option=$argument
  done
}

# Stores the arguments after "--" for ctest. Rejects arguments before it, and a first word that is not
# an option, which ctest would ignore.
ctest_arguments=()
parse_arguments() {
  if [ $# -gt 0 ]; then
    if [ "$1" = -h ] || [ "$1" = --help ]; then
      echo "usage: ci/$(basename "$0") [-- CTEST_ARGUMENT...]"
      [ -z "${more_help:-}" ] || echo "$more_help"
      exit 0
    fi
    if [ "$1" != -- ]; then
      echo "$(basename "$0"): unknown argument '$1'; arguments for ctest go after --" >&2
      exit 2
    fi
    shift
    if [[ ${1--} != -* ]]; then
      echo "$(basename "$0"): '$1' is not an option of ctest; to select cases: -- -R NAME" >&2
      exit 2
    fi
    ctest_arguments=("$@")
    check_patterns "$@" || exit 2
  fi
}

# ctest_in DIRECTORY ARGUMENT...
ctest_in() (cd "$1" && shift && exec ctest "$@")

# timed_ctest ARGUMENT...: runs ctest with one job per core, and writes its wall time to
# build/results/run.json for `dualpath bench`; an interrupted run does not write this file.
timed_ctest() {
  local code=0 begun=$EPOCHREALTIME follower
  : > build/progress.log
  # ctest shows a test's output only at its end; this is what takes long meanwhile.
  tail -n 0 --follow --pid=$$ build/progress.log &
  follower=$!
  DUALPATH_PROGRESS=$PWD/build/progress.log raw ctest_in build --no-tests=error -j "$(nproc)" "$@" || code=$?
  kill "$follower"
  wait "$follower" 2> /dev/null || true
  mkdir -p build/results
  awk -v begun="$begun" -v ended="$EPOCHREALTIME" -v jobs="$(nproc)" \
    'BEGIN { printf "{\"wall_seconds\": %.1f, \"jobs\": %d}\n", ended - begun, jobs }' > build/results/run.json
  return "$code"
}

# forget_failed LIST ARGUMENT...: removes ctest's list of failed tests, which a run without failures
# leaves as it is, unless the arguments ask to run those tests again.
forget_failed() {
  local list=$1 argument
  shift
  for argument; do [ "$argument" != --rerun-failed ] || return 0; done
  rm -f "$list"
}

# run_ctest ARGUMENT...: runs ctest and prints the summary, which ends with the next steps for failed
# cases.
run_ctest() {
  local code=0
  if [[ " $* " == *' --rerun-failed '* && ! -e build/Testing/Temporary/LastTestsFailed.log ]]; then
    echo "$(basename "$0"): no test failed in the last run"
    return 77
  fi
  # Checked first, so that an empty run does not replace the last results.
  if ! ctest_in build -N "$@" > build/selected.log 2>&1 || grep -q '^Total Tests: 0$' build/selected.log; then
    grep -h '^RegularExpression\|^  no test' build/selected.log >&2 || true
    echo "$(basename "$0"): no test matches: $*; ci/cases --help lists the labels that run only on" \
      "request" >&2
    return 2
  fi
  # Only a run of several cases is kept for comparison.
  if [ "$(find build/results -maxdepth 2 -name gtest.xml 2>/dev/null | wc -l)" -gt 1 ]; then
    rm -rf build/results.previous
    mv build/results build/results.previous
  fi
  rm -rf build/results
  forget_failed build/Testing/Temporary/LastTestsFailed.log "$@"
  timed_ctest --output-on-failure "$@" || code=1
  local verdict=0
  # Without cases, as for the tests of the shell, there is nothing to sum up.
  if compgen -G 'build/results/*/run-id' > /dev/null; then
    stage "summary"
    build/bin/dualpath summary --results build/results --allowed-skips ci/allowed-skips || verdict=$?
  fi
  exit_code "$code" "$verdict" build/Testing/Temporary/LastTestsFailed.log
}

# exit_code CTEST SUMMARY FAILED: from the exit codes of ctest and of the summary, and ctest's list of
# failed tests, returns 1 if a case or another test failed, else 69 if a case has no verdict, else the
# summary's code, which is not 0 if no case passed.
exit_code() {
  [ "$2" != 1 ] || return 1
  [ "$1" != 0 ] || return "$2"
  # A case that failed is in the summary; only names of cases begin with a capital letter.
  if awk -F: '$2 !~ /^[A-Z]/ && $2 != "lab.prepare" { other = 1 } END { exit !other }' "$3"; then
    return 1
  fi
  return 69
}
