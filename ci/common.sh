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

install_missing() {
  stage "packages"
  local wanted missing=() package
  mapfile -t wanted < <(grep -v '^#' ci/packages)
  for package in "${wanted[@]}"; do
    [ "$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null)" = "install ok installed" ] ||
      missing+=("$package")
  done
  # Not in Debian 11, and CMake can download it: by itself no reason to ask for root.
  if [ "${missing[*]}" = libcli11-dev ] && ! apt-cache show libcli11-dev > /dev/null 2>&1; then
    missing=()
  fi
  if [ ${#missing[@]} -eq 0 ]; then
    echo "all there"
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
      # CMake says so if it has no download for it.
      echo "not in this release: $package; left to CMake"
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

# Arguments after "--" are ctest's; anything before it is an error.
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
  rm -rf build/results.previous
  [ ! -d build/results ] || mv build/results build/results.previous
  timed_ctest --output-on-failure "$@" || code=1
  stage "summary"
  build/bin/dualpath summary --results build/results || true
  return "$code"
}
