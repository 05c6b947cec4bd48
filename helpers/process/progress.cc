#include "helpers/process/progress.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <string>

namespace dualpath::process {

void LogToStandardError() {
  auto logger = spdlog::stderr_color_mt("dualpath");
  logger->set_pattern("dualpath: %v");
  spdlog::set_default_logger(logger);
  const char* const word = std::getenv("DUALPATH_LOG");
  const auto level = word == nullptr ? spdlog::level::info : spdlog::level::from_str(word);
  // from_str returns "off" for unknown words, too.
  const bool unknown = level == spdlog::level::off && std::string(word) != "off";
  spdlog::set_level(unknown ? spdlog::level::info : level);
  if (unknown) {
    spdlog::warn("unknown level DUALPATH_LOG=\"{}\"; levels: debug, info, warn, error, off", word);
  }
}

double SecondsSince(std::chrono::steady_clock::time_point begun) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

Stage::Stage(std::string what) : what_(std::move(what)), begun_(std::chrono::steady_clock::now()) {
  spdlog::info("{} ...", what_);
}

Stage::~Stage() { spdlog::info("{}: {:.1f} s", what_, SecondsSince(begun_)); }

}  // namespace dualpath::process
