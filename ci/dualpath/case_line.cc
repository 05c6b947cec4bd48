#include "ci/dualpath/case_line.h"

#include <unistd.h>

#include <filesystem>

#include "ci/dualpath/fio_job.h"
#include "ci/dualpath/gtest_variables.h"
#include "helpers/lab/protocol.h"
#include "helpers/process/shell_words.h"

namespace dualpath::cli {
namespace {

namespace fs = std::filesystem;
namespace protocol = lab::protocol;

/// Returns the environment variables to forward to the case: some of gtest's and of ours.
std::string ForwardedEnvironment() {
  std::string words;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const std::string name = text.substr(0, text.find('='));
    const bool forwarded = name == "DUALPATH_TIME_SCALE" || name == "DUALPATH_LOG" ||
                           (name.rfind("GTEST_", 0) == 0 && IsForCases(name));
    if (forwarded) words += " " + process::QuotedForShell(text);
  }
  return words;
}

}  // namespace

std::string CaseLine(const ExecOptions& options, bool may_request_rig) {
  const auto variable = [](const std::string& name, const std::string& value) {
    return " " + process::QuotedForShell(name + "=" + value);
  };
  std::string line = ForwardedEnvironment();
  if (options.strict) line += variable("DUALPATH_STRICT", "1");
  if (options.stop_before > 0)
    line += variable("DUALPATH_STOP_BEFORE", std::to_string(options.stop_before));
  if (may_request_rig) line += variable(protocol::kPurpose, protocol::kRequestRig);
  if (!options.fio_job.empty()) {
    line +=
        variable(kFioJobVariable, "/payload/data/" + fs::path(options.fio_job).filename().string());
  }
  for (std::size_t i = 1; i < options.command.size(); ++i) {
    line += " " + process::QuotedForShell(options.command[i]);
  }
  return line + " --gtest_output=xml:/run/dualpath/results/gtest.xml";
}

}  // namespace dualpath::cli
