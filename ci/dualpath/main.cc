// dualpath: runs cases in the lab or on the host, and evaluates their results.

#include <signal.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "ci/dualpath/bench_command.h"
#include "ci/dualpath/bisect_command.h"
#include "ci/dualpath/common_options.h"
#include "ci/dualpath/cp_command.h"
#include "ci/dualpath/exec_command.h"
#include "ci/dualpath/flakes_command.h"
#include "ci/dualpath/image_command.h"
#include "ci/dualpath/matrix_command.h"
#include "ci/dualpath/outcomes_command.h"
#include "ci/dualpath/prepare_command.h"
#include "ci/dualpath/report_command.h"
#include "ci/dualpath/shell_command.h"
#include "ci/dualpath/summary_command.h"
#include "ci/dualpath/topology_command.h"
#include "helpers/base/exit_code.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/lab/copy_socket.h"
#include "helpers/process/interrupt.h"
#include "helpers/process/progress.h"

namespace dualpath {
namespace {

bool IsCommand(const CLI::App& app, const std::string& word) {
  const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
  return std::any_of(commands.begin(), commands.end(),
                     [&](const CLI::App* command) { return command->check_name(word); });
}

/// Prints help, or an error in the command line. Returns an `ExitCode`.
int Report(const CLI::ParseError& error, const CLI::App& app, int argc, char** argv) {
  if (argc > 1) {
    const std::string word = argv[1];
    const bool is_option = word[0] == '-';
    if (is_option ? error.get_exit_code() != 0 : !IsCommand(app, word)) {
      std::cerr << "dualpath: unknown " << (is_option ? "option" : "command") << " '" << word
                << "'; see dualpath --help\n";
      return kUsage;
    }
  }
  return app.exit(error) == 0 ? kAllPassed : kUsage;
}

int Run(int argc, char** argv) {
  process::EndInOrderOnSignals();
  // Turns a closed pipe into a write error, so that results are kept and temporary files removed.
  ::signal(SIGPIPE, SIG_IGN);
  process::LogToStandardError();
  SweepTemporaryDirectories();
  SweepTemporaryDirectories(lab::ShellsDirectory());

  CLI::App app{"Test QEMU SCSI passthrough over dm-multipath, without special hardware."};
  app.name("dualpath");
  app.require_subcommand(1);
  const std::vector<std::string> words(argv, argv + argc);
  app.failure_message([&](const CLI::App* /*app*/, const CLI::Error& error) {
    return "dualpath: " + cli::NameVariable(error.what(), app, words) + "; see --help\n";
  });
  app.footer("Exit codes: 0 passed, 1 a case failed, 2 usage, 69 no verdict, 77 nothing ran.");
  cli::ExecCommand exec(app);
  const cli::ShellCommand shell(app);
  const cli::CpCommand cp(app);
  const cli::PrepareCommand prepare(app);
  const cli::ImageCommand image(app);
  const cli::SummaryCommand summary(app);
  const cli::OutcomesCommand outcomes(app);
  const cli::TopologyCommand topology(app);
  const cli::ReportCommand report(app);
  const cli::BenchCommand bench(app);
  cli::FlakesCommand flakes(app);
  const cli::MatrixCommand matrix(app);
  cli::BisectCommand bisect(app);
  try {
    app.parse(exec.TakeWordsAfterSeparator(argc, argv), argv);
  } catch (const CLI::ParseError& error) {
    return Report(error, app, argc, argv);
  }
  if (exec.parsed()) return exec.Run();
  if (shell.parsed()) return shell.Run();
  if (cp.parsed()) return cp.Run();
  if (prepare.parsed()) return prepare.Run();
  if (image.parsed()) return image.Run();
  if (summary.parsed()) return summary.Run();
  if (outcomes.parsed()) return outcomes.Run();
  if (topology.parsed()) return topology.Run();
  if (report.parsed()) return report.Run();
  if (flakes.parsed()) return flakes.Run();
  if (matrix.parsed()) return matrix.Run();
  if (bisect.parsed()) return bisect.Run();
  return bench.Run();
}

}  // namespace
}  // namespace dualpath

int main(int argc, char** argv) {
  try {
    return dualpath::Run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "dualpath: " << error.what() << "\n";
    return dualpath::kInfrastructure;
  }
}
