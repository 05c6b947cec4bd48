#include "ci/lab/progress.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>

namespace dualpath::lab {

void LogToStandardError() {
  auto logger = spdlog::stderr_color_mt("dualpath");
  logger->set_pattern("dualpath: %v");
  spdlog::set_default_logger(logger);
  const char* level = std::getenv("DUALPATH_LOG");
  spdlog::set_level(level == nullptr ? spdlog::level::info : spdlog::level::from_str(level));
}

double SecondsSince(std::chrono::steady_clock::time_point begun) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

Stage::Stage(std::string what) : what_(std::move(what)), begun_(std::chrono::steady_clock::now()) {
  spdlog::info("{} ...", what_);
}

Stage::~Stage() { spdlog::info("{}: {:.1f} s", what_, SecondsSince(begun_)); }

}  // namespace dualpath::lab
