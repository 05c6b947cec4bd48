#include "ci/lab/progress.h"

#include <spdlog/spdlog.h>

namespace dualpath::lab {

double SecondsSince(std::chrono::steady_clock::time_point begun) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

Stage::Stage(std::string what) : what_(std::move(what)), begun_(std::chrono::steady_clock::now()) {
  spdlog::info("{} ...", what_);
}

Stage::~Stage() { spdlog::info("{}: {:.1f} s", what_, SecondsSince(begun_)); }

}  // namespace dualpath::lab
