// dualpath: runs cases in the lab, and what goes with it.

#include <signal.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <iostream>
#include <limits>

#include "ci/bench/bench_command.h"
#include "ci/dualpath/exec.h"
#include "ci/dualpath/prepare.h"
#include "ci/dualpath/report_command.h"
#include "ci/dualpath/shell.h"
#include "ci/dualpath/topology_command.h"
#include "ci/results/outcomes.h"
#include "ci/results/summary.h"
#include "helpers/base/exit_code.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/lab/copy.h"
#include "helpers/lab/image/image.h"
#include "helpers/process/interrupt.h"
#include "helpers/process/progress.h"

namespace {

using dualpath::cli::ExecOptions;

bool IsCommand(const CLI::App& app, const std::string& word) {
  const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
  return std::any_of(commands.begin(), commands.end(),
                     [&](const CLI::App* command) { return command->check_name(word); });
}

void AddResultsOption(CLI::App& command, std::string& results) {
  command.add_option("--results", results, "The results directory")
      ->envname("DUALPATH_RESULTS")
      ->capture_default_str();
}

/// Which lab: its distribution, and what it runs on.
void AddLabOptions(CLI::App& command, std::string& stack, dualpath::lab::Accelerator& accelerator) {
  command.add_option("--stack", stack, "The lab's distribution")
      ->check(CLI::IsMember(dualpath::lab::KnownStacks()))
      ->envname("DUALPATH_STACK")
      ->capture_default_str();
  const auto& known = dualpath::lab::Accelerators();
  command
      .add_option_function<std::string>(
          "--accel", [&](const std::string& name) { accelerator = known.at(name); },
          "tcg: the lab is emulated, in virtual time; kvm: it runs on this machine's KVM, which "
          "must have nesting, in real time")
      ->check(CLI::IsMember(known))
      ->envname("DUALPATH_ACCEL")
      ->default_str(ToString(accelerator));
}

int Run(int argc, char** argv) {
  dualpath::process::EndInOrderOnSignals();
  // A reader of ours that has gone takes neither the results with it nor what is to be cleaned up.
  ::signal(SIGPIPE, SIG_IGN);
  dualpath::process::LogToStandardError();
  dualpath::SweepTemporaryDirectories();

  CLI::App app{"QEMU SCSI passthrough over dm-multipath, in a lab of software only."};
  app.name("dualpath");
  app.require_subcommand(1);
  app.failure_message([](const CLI::App* /*app*/, const CLI::Error& error) {
    return std::string("dualpath: ") + error.what() + "; see --help\n";
  });
  app.footer("Exit codes: 0 passed, 1 a case failed, 2 usage, 69 the lab failed, 77 nothing ran.");

  dualpath::cli::ExecOptions exec_options;
  int timeout_seconds = static_cast<int>(exec_options.timeout.count());
  auto* exec = app.add_subcommand("exec", "Run a case program, each time in a freshly restored VM");
  using dualpath::host::Place;
  exec->add_option_function<std::string>(
          "--place",
          [&](const std::string& place) {
            exec_options.place = place == ToString(Place::kHost) ? Place::kHost : Place::kLab;
          },
          "lab: a VM; host: this machine, as root")
      ->check(CLI::IsMember({ToString(Place::kLab), ToString(Place::kHost)}))
      ->envname("DUALPATH_PLACE")
      ->default_str(ToString(exec_options.place));
  AddLabOptions(*exec, exec_options.stack, exec_options.accelerator);
  exec->add_option("--results", exec_options.results, "Where results go (default: build/results)")
      ->envname("DUALPATH_RESULTS");
  exec->add_option("--timeout", timeout_seconds, "Real seconds that the program may take")
      ->check(CLI::Range(1, std::numeric_limits<int>::max()))
      ->capture_default_str();
  exec->add_flag("--strict", exec_options.strict, "A skipped case is a failed one")
      ->envname("DUALPATH_STRICT");
  exec->add_flag("--keep-snapshot", exec_options.keep_snapshot,
                 "Save the VM in which a case fails, some 0.5 GB, for dualpath shell --at")
      ->envname("DUALPATH_KEEP_SNAPSHOT");
  exec->add_option("--fio", exec_options.fio_job,
                   "Run the soak case with this fio job file, to which the disk is ${DISK}, "
                   "instead of a COMMAND");
  // Everything from the program's name on is the program's own, whatever it looks like.
  exec->prefix_command();
  exec->footer("COMMAND: the case program and its arguments, at the end.");

  dualpath::cli::ShellOptions shell_options;
  auto* shell = app.add_subcommand(
      "shell", "A root shell in a lab VM of its own: rig up, guest running and writing");
  AddLabOptions(*shell, shell_options.stack, shell_options.accelerator);
  shell->add_option("--name", shell_options.name,
                    "What dualpath cp knows it by (default: lab, or lab2... while others run)");
  shell->add_flag("--live", shell_options.live,
                  "Real time: by default the VM's clock jumps ahead while nothing happens");
  auto* from = shell->add_option("--from", shell_options.from,
                                 "Go on from the state that --save has kept under this name");
  shell
      ->add_option("--at", shell_options.at,
                   "Go on where this case (Suite.Case) failed under exec --keep-snapshot")
      ->excludes(from);
  shell
      ->add_option("--results", shell_options.results,
                   "Where the case's results are (default: build/results)")
      ->envname("DUALPATH_RESULTS");
  shell->add_option("--save", shell_options.save, "Keep the VM's state at the shell's end");
  shell->add_flag("--guest", shell_options.guest,
                  "Show the console of the guest in the running shell NAME instead");
  shell->footer("Runs standard input as a script if that is no terminal. Exits as the shell does.");

  std::vector<std::string> copy_words;
  auto* copy = app.add_subcommand(
      "cp", "Copy files into or out of a running shell's VM, where a file is lab:/path");
  copy->add_option("files", copy_words, "SOURCE... TARGET")->required();

  dualpath::cli::PrepareOptions prepare_options;
  auto* prepare =
      app.add_subcommand("prepare", "Make the lab's image and saved states, if they are missing");
  auto* programs =
      prepare->add_option("programs", prepare_options.programs, "Case programs to have loaded")
          ->check(CLI::ExistingFile);
  prepare
      ->add_flag("--boot-only", prepare_options.boot_only,
                 "Go no further than where the lab has booted; dualpath-rig need not be built")
      ->excludes(programs);
  AddLabOptions(*prepare, prepare_options.stack, prepare_options.accelerator);

  dualpath::results::SummaryOptions summary_options;
  auto* summary = app.add_subcommand(
      "summary", "Print what the cases of a run came to, and write the run's page, index.html");
  AddResultsOption(*summary, summary_options.results);
  summary->add_option("--previous", summary_options.previous,
                      "The results to compare with (default: RESULTS.previous, if it is there)");

  std::string outcomes_results = summary_options.results;
  auto* outcomes = app.add_subcommand(
      "outcomes", "Print what became of each fault under each policy, as a table in Markdown");
  AddResultsOption(*outcomes, outcomes_results);

  std::string topology_file;
  auto* topology = app.add_subcommand("topology", "Turn saved `multipath -ll` output into JSON");
  topology->add_option("file", topology_file, "The saved output (default: standard input)");

  dualpath::cli::ReportOptions report_options;
  int first_year = 0;
  auto* report = app.add_subcommand("report", "Make a timeline page from the logs of an incident");
  report
      ->add_option(
          "files", report_options.incident.files,
          "Logs of multipathd and the kernel; output of multipath -ll; - is standard input")
      ->required();
  report->add_option("--output", report_options.page, "The page")->capture_default_str();
  report->add_option("--trace", report_options.trace,
                     "Also write a trace file for ui.perfetto.dev or chrome://tracing");
  report->add_option("--records", report_options.records, "Also write the records, as NDJSON");
  auto* year = report
                   ->add_option("--year", first_year,
                                "In which logs without years begin (default: the last that fits)")
                   ->check(CLI::Range(1970, 9999));
  report
      ->add_option("--limit", report_options.incident.most_lines,
                   "Lines that get into the page at most")
      ->check(CLI::Range(1, std::numeric_limits<int>::max()))
      ->capture_default_str();
  report->footer(
      "FILE: journalctl -o short-precise (or short, short-iso, short-full), syslog, dmesg (also "
      "-T), "
      "in any mixture and of any size, and if you have it `multipath -ll`.");

  const dualpath::bench::BenchCommand bench(app);

  // CLI11 would take what follows "--" for positional arguments, and a prefix command has none.
  char** const end = argv + argc;
  const bool is_exec = argc > 1 && std::string(argv[1]) == "exec";
  char** const separator = !is_exec ? end : std::find_if(argv, end, [](const char* word) {
    return std::string(word) == "--";
  });
  exec_options.command.assign(separator == end ? end : separator + 1, end);
  try {
    app.parse(static_cast<int>(separator - argv), argv);
  } catch (const CLI::ParseError& error) {
    if (argc > 1 && argv[1][0] != '-' && !IsCommand(app, argv[1])) {
      std::cerr << "dualpath: unknown command '" << argv[1] << "'; see dualpath --help\n";
      return dualpath::kUsage;
    }
    if (argc > 1 && argv[1][0] == '-' && error.get_exit_code() != 0) {
      std::cerr << "dualpath: unknown option '" << argv[1] << "'; see dualpath --help\n";
      return dualpath::kUsage;
    }
    return app.exit(error) == 0 ? 0 : dualpath::kUsage;
  }
  exec_options.timeout = std::chrono::seconds(timeout_seconds);
  if (exec->parsed()) {
    // COMMAND [ARG]... -- ARG...: for the program they are all arguments.
    const std::vector<std::string> before = exec->remaining();
    exec_options.command.insert(exec_options.command.begin(), before.begin(), before.end());
    const std::string program = exec_options.command.empty() ? "" : exec_options.command[0];
    if (!exec_options.fio_job.empty()) {
      if (program.empty()) return dualpath::cli::Exec(exec_options);
      std::cerr << "dualpath exec: --fio runs the soak case; it takes no COMMAND, here " << program
                << "\n";
      return dualpath::kUsage;
    }
    if (program.empty() || program[0] == '-') {
      std::cerr << "dualpath exec: "
                << (program.empty() ? "no case program is named" : "unknown option " + program)
                << "; see dualpath exec --help\n";
      return dualpath::kUsage;
    }
    return dualpath::cli::Exec(exec_options);
  }
  if (shell->parsed()) return dualpath::cli::Shell(shell_options);
  if (copy->parsed()) return dualpath::lab::Copy(copy_words);
  if (prepare->parsed()) return dualpath::cli::Prepare(prepare_options);
  if (summary->parsed()) {
    return dualpath::results::Summarize(summary_options,
                                        dualpath::results::Github::FromEnvironment(), std::cout);
  }
  if (outcomes->parsed()) {
    return dualpath::results::PrintOutcomes(outcomes_results, std::cout, std::cerr);
  }
  if (bench.parsed()) return bench.Run();
  if (report->parsed()) {
    if (year->count() > 0) report_options.incident.first_year = first_year;
    return dualpath::cli::RunReport(report_options, std::cout, std::cerr);
  }
  return dualpath::cli::RunTopology(topology_file, std::cout, std::cerr);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return Run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "dualpath: " << error.what() << "\n";
    return dualpath::kInfrastructure;
  }
}
