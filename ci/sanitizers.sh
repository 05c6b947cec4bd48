# Shared by ci/sanitize and ci/fuzz: building programs under sanitizers.
# shellcheck shell=bash
# shellcheck source=ci/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# Prints clang's command; nothing if it is not installed. clang-tidy's version first, since results of
# another version differ.
find_clang() { command -v clang++-14 || command -v clang++ || true; }

# build_sanitized BUILD_TYPE DIRECTORY TARGET...: with clang if it is installed, otherwise with the
# default compiler, which has the sanitizers but no libFuzzer.
build_sanitized() {
  local type=$1 directory=$2 options=() clang log
  shift 2
  # In groups of sources, our libraries compile in a third of the time.
  options+=(-DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=12)
  clang=$(find_clang)
  [ -z "$clang" ] || options+=(-DCMAKE_CXX_COMPILER="$clang")
  # The download of the first build.
  local uplot=build/helpers/timeline/uplot/uplot-1.6.32.tgz
  [ ! -e "$uplot" ] || options+=(-DDUALPATH_UPLOT="$PWD/$uplot")
  mkdir -p "$directory"
  log=$directory/configure.log
  cmake -S . -B "$directory" -G Ninja -DCMAKE_BUILD_TYPE="$type" "${options[@]}" > "$log" 2>&1 || {
    cat "$log" >&2
    die "cannot configure the build in $directory" "CMake's output is above"
  }
  cmake --build "$directory" --target "$@" && return
  # Two sources of a group may use a name for different things.
  echo "the build in groups failed; building one by one"
  cmake -S . -B "$directory" -DCMAKE_UNITY_BUILD=OFF > "$log" 2>&1
  cmake --build "$directory" --target "$@"
}
