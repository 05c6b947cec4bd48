// The program that libFuzzer drives. `--target=NAME` selects what it feeds.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "ci/fuzzing/targets.h"

namespace {

const dualpath::fuzzing::Target* chosen = nullptr;

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  const std::string prefix = "--target=";
  for (int i = 1; i < *argc; ++i) {
    const std::string argument = (*argv)[i];
    for (const auto& target : dualpath::fuzzing::kTargets) {
      if (argument == prefix + target.name) chosen = &target;
    }
  }
  if (chosen != nullptr) return 0;
  std::fputs("dualpath_fuzz: --target=NAME is missing or unknown; names:", stderr);
  for (const auto& target : dualpath::fuzzing::kTargets) std::fprintf(stderr, " %s", target.name);
  std::fputs("\n", stderr);
  std::exit(2);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  const dualpath::Status kept = chosen->run(input);
  if (kept.ok()) return 0;
  std::fprintf(stderr, "%s\n", kept.error().ToString().c_str());
  std::abort();
}
