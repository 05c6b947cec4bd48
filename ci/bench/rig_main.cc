// dualpath-bench-rig: runs in a lab VM for `dualpath bench`. Creates storage without a map, rigs
// with many paths, and several rigs at the same time, which no case needs.

#include <spdlog/fmt/fmt.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "fixtures/rig.h"
#include "helpers/host/place.h"
#include "helpers/lio/backstore.h"
#include "helpers/lio/inventory.h"
#include "helpers/lio/loopback.h"

namespace dualpath {
namespace {

constexpr char kBackstore[] = "dualpath-bench";

/// FILE NAA...: creates a fileio backstore on the file, and for each name a loopback target with a
/// LUN.
Status LioUp(const std::vector<std::string>& words) {
  lio::FileBackstore::Options options;
  options.file = words.at(0);
  options.size_bytes = std::uint64_t{1} << 30;
  options.serial = "d0a1bace-00be-4c40-a15a-7468000dab1e";
  options.name = kBackstore;
  DUALPATH_TRY(const auto backstore, lio::FileBackstore::Create(options));
  for (std::size_t i = 1; i < words.size(); ++i) {
    lio::LoopbackTarget::Options target;
    target.naa = words[i];
    DUALPATH_TRY_STATUS(lio::LoopbackTarget::Create(target, backstore));
  }
  return Ok{};
}

Status LioDown(const std::vector<std::string>& words) {
  for (std::size_t i = 1; i < words.size(); ++i) {
    DUALPATH_TRY(const auto target, lio::LoopbackTarget::Open(words[i]));
    DUALPATH_TRY_STATUS(target.Remove());
  }
  DUALPATH_TRY(const lio::Inventory inventory, lio::Inventory::Take());
  for (const lio::FoundBackstore& found : inventory.backstores) {
    if (found.name != kBackstore) continue;
    DUALPATH_TRY(const auto backstore, lio::FileBackstore::Open(found.object));
    DUALPATH_TRY_STATUS(backstore.Remove());
  }
  return Ok{};
}

/// Returns options whose directory, serial and targets differ from those of every other rig.
RigOptions OptionsOf(int map, int paths) {
  RigOptions options;
  options.directory = fmt::format("/var/lib/dualpath-bench-{}", map);
  options.serial = fmt::format("d0a1bace-be{:02x}-4c40-a15a-7468000dab1e", map);
  options.naa.clear();
  for (int path = 0; path < paths; ++path) {
    options.naa.push_back(fmt::format("naa.5001405f0be1{:02x}{:02x}", map, path));
  }
  return options;
}

/// PATHS MAPS: brings up MAPS rigs with PATHS paths each, one at a time. They stay up until
/// the VM exits.
Status Rigs(const std::vector<std::string>& words) {
  const int paths = std::atoi(words.at(0).c_str());
  const int maps = std::atoi(words.at(1).c_str());
  for (int map = 0; map < maps; ++map) DUALPATH_TRY_STATUS(Rig::BringUp(OptionsOf(map, paths)));
  return Ok{};
}

Status Run(const std::string& verb, const std::vector<std::string>& words) {
  DUALPATH_TRY_STATUS(host::ApplyTimeScale());
  DUALPATH_TRY(const FileLock lock, LockRig());
  if (verb == "lio-up") return LioUp(words);
  if (verb == "lio-down") return LioDown(words);
  return Rigs(words);
}

}  // namespace
}  // namespace dualpath

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const std::string verb = words.empty() ? "" : words[0];
  if ((verb != "lio-up" && verb != "lio-down" && verb != "rigs") || words.size() < 3) {
    std::fprintf(stderr,
                 "usage: dualpath-bench-rig lio-up|lio-down FILE NAA... | rigs PATHS MAPS\n");
    return 2;
  }
  const dualpath::Status status = dualpath::Run(verb, {words.begin() + 1, words.end()});
  if (status.ok()) return 0;
  std::fprintf(stderr, "dualpath-bench-rig: %s\n", status.error().ToString().c_str());
  return 69;
}
