#include "ci/dualpath/run_on_host.h"

#include <ctime>
#include <filesystem>

#include "ci/dualpath/fio_job.h"
#include "helpers/process/own_programs.h"
#include "helpers/process/process.h"
#include "helpers/process/progress.h"

namespace dualpath::cli {
namespace {

constexpr std::chrono::minutes kLongestCollect{5};

process::Command CommandFor(const ExecOptions& options, const std::string& directory) {
  process::Command command;
  command.argv = options.command;
  command.argv.push_back("--gtest_output=xml:" + directory + "/gtest.xml");
  command.environment = {{"DUALPATH_PLACE", host::ToString(host::Place::kHost)},
                         {"DUALPATH_GUEST_AGENT", process::GuestAgent()},
                         {"DUALPATH_RESULTS", directory}};
  if (options.strict) command.environment["DUALPATH_STRICT"] = "1";
  if (options.stop_before > 0)
    command.environment["DUALPATH_STOP_BEFORE"] = std::to_string(options.stop_before);
  if (!options.fio_job.empty()) {
    command.environment[kFioJobVariable] = std::filesystem::absolute(options.fio_job).string();
  }
  return command;
}

}  // namespace

Result<CaseEnd> RunOnHost(const ExecOptions& options, const std::string& directory) {
  const auto begun = std::chrono::steady_clock::now();
  const std::string since = std::to_string(std::time(nullptr));
  DUALPATH_TRY(process::Background child,
               process::Background::Start(CommandFor(options, directory), {}));
  const Result<process::Exit> exit = child.Wait(Deadline::In(options.timeout));
  const double took = process::SecondsSince(begun);
  child.Kill();
  if (!exit.ok() || !exit->ok()) {
    WarnIfFailed(process::ExecuteChecked({{DUALPATH_COLLECT_ON_HOST, directory, since}},
                                         Deadline::In(kLongestCollect)));
  }
  if (!exit.ok()) return exit.error();
  CaseEnd end;
  end.code = exit->signal == 0 ? exit->code : 128 + exit->signal;
  end.real_seconds = end.virtual_seconds = took;
  return end;
}

}  // namespace dualpath::cli
