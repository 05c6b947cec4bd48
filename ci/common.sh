# Shared by ci/cases and ci/test: stages with elapsed time, packages, the build.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
unset DUALPATH_RESULTS  # of the user's own runs; ours are in build/results

started=$SECONDS
stage() { printf '\n=== [%3d s] %s\n' "$((SECONDS - started))" "$*"; }

# die WHAT WHAT_TO_DO
die() {
  printf '%s: %s\n' "$(basename "$0")" "$1. $2" >&2
  exit 69
}

# The build directory and the results in it are for one run at a time.
wait_for_other_runs() {
  mkdir -p build
  exec 9> build/run.lock
  flock --nonblock 9 && return
  stage "waiting for another run of this clone"
  flock 9
}

install_missing() {
  wait_for_other_runs
  stage "packages"
  local wanted missing=()
  mapfile -t wanted < <(grep -v '^#' ci/packages)
  local package optional=()
  for package in "${wanted[@]}"; do
    [ "$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null)" = "install ok installed" ] ||
      missing+=("$package")
  done
  # What can be done without is by itself no reason to ask for root, if this release does not have it.
  for package in "${missing[@]}"; do
    [[ $package =~ ^(libcli11-dev|chromium|chromium-driver|clang-format-14|clang-tidy-14)$ ]] &&
      compgen -G '/var/lib/apt/lists/*_Packages*' > /dev/null &&
      ! apt-cache show "$package" > /dev/null 2>&1 && optional+=("$package")
  done
  if [ ${#optional[@]} -eq ${#missing[@]} ]; then
    echo "all there${optional[*]:+, but for what this release does not have: ${optional[*]}}"
    return
  fi
  command -v apt-get >/dev/null ||
    die "missing: ${missing[*]}" "This is not Debian; README.md names the packages for Oracle Linux 7"
  local sudo=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || die "missing: ${missing[*]}" "Install them as root: apt-get install ${missing[*]}"
    sudo=(sudo)
  fi
  echo "installing: ${missing[*]}"
  local log known=()
  log=$(mktemp)
  "${sudo[@]}" apt-get -q update > "$log" 2>&1 || {
    tail -n 20 "$log" >&2
    rm -f "$log"
    die "the package lists could not be updated" "See above"
  }
  for package in "${missing[@]}"; do
    if apt-cache show "$package" > "$log" 2>&1; then
      known+=("$package")
    else
      echo "not in this release: $package; done without, or CMake says so"
    fi
  done
  if ! "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends \
         install "${known[@]}" > "$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    die "the packages could not be installed" "See above"
  fi
  rm -f "$log"
}

# build [TARGET...]: everything, or what the targets need. Meanwhile the lab's image and the states up
# to the rig's, which mostly wait for the mirror and keep one CPU busy, are made of what is built
# already, one after the other, so that they go first; how that went is said at the end. A subshell,
# for the trap's sake.
build() (
  stage "build"
  cmake -S . -B build -G Ninja -DDUALPATH_PLACE=lab > build-configure.log 2>&1 || {
    cat build-configure.log >&2
    rm -f build-configure.log
    die "the build could not be configured" "See above"
  }
  rm -f build-configure.log
  lab_jobs=()
  # A shell without job control lets its background processes ignore Ctrl-C.
  trap 'code=$?; kill "${lab_jobs[@]}" 2>/dev/null || true; wait "${lab_jobs[@]}" || true; exit $code' EXIT
  : > build/lab.log
  cmake --build build --target dualpath-image
  build/bin/dualpath-image >> build/lab.log 2>&1 &
  lab_jobs+=($!)
  cmake --build build --target dualpath
  build/bin/dualpath prepare --boot-only >> build/lab.log 2>&1 &
  lab_jobs+=($!)
  nice cmake --build build --target dualpath-rig dualpath_guest_agent
  build/bin/dualpath prepare >> build/lab.log 2>&1 &
  lab_jobs+=($!)
  nice cmake --build build ${1:+--target "$@"}
  stage "lab"
  code=0
  wait "${lab_jobs[@]}" || code=$?  # the last one's, which has made good what an earlier one failed at
  trap - EXIT
  cat build/lab.log
  exit "$code"
)

# Arguments after "--" are ctest's; anything before it is an error, and so is a word that ctest would
# pass over.
ctest_arguments=()
parse_arguments() {
  if [ $# -gt 0 ]; then
    if [ "$1" = -h ] || [ "$1" = --help ]; then
      echo "usage: ci/$(basename "$0") [-- CTEST_ARGUMENT...]"
      [ -z "${more_help:-}" ] || echo "$more_help"
      exit 0
    fi
    if [ "$1" != -- ]; then
      echo "$(basename "$0"): unknown argument '$1'; arguments for ctest come after --" >&2
      exit 2
    fi
    shift
    if [[ ${1--} != -* ]]; then
      echo "$(basename "$0"): '$1' is no option of ctest; -R NAME selects cases" >&2
      exit 2
    fi
    ctest_arguments=("$@")
  fi
}

# timed_ctest ARGUMENT...: ctest, as many cases at a time as there are cores. How long it took in all
# is among the results then, for `dualpath bench`; there is none if it was interrupted.
timed_ctest() {
  local code=0 begun=$EPOCHREALTIME
  (cd build && ctest --no-tests=error -j "$(nproc)" "$@") || code=$?
  mkdir -p build/results
  awk -v begun="$begun" -v ended="$EPOCHREALTIME" -v jobs="$(nproc)" \
    'BEGIN { printf "{\"wall_seconds\": %.1f, \"jobs\": %d}\n", ended - begun, jobs }' > build/results/run.json
  return "$code"
}

# run_ctest ARGUMENT...: runs ctest, and says what the cases came to. The last lines are what to do
# about those that failed.
run_ctest() {
  local code=0
  # Before the results of the last run make way for those of none.
  if (cd build && ctest -N "$@") | grep -q '^Total Tests: 0$'; then
    echo "$(basename "$0"): no test matches: $*; what runs only when asked for is in" \
      "ci/cases --help" >&2
    return 2
  fi
  # What one case left does not take the place of what a whole run left.
  if [ "$(find build/results -maxdepth 2 -name gtest.xml 2>/dev/null | wc -l)" -gt 1 ]; then
    rm -rf build/results.previous
    mv build/results build/results.previous
  fi
  rm -rf build/results
  timed_ctest --output-on-failure "$@" || code=1
  stage "summary"
  build/bin/dualpath summary --results build/results || true
  return "$code"
}
