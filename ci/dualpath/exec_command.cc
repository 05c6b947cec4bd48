#include "ci/dualpath/exec_command.h"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <limits>

#include "ci/dualpath/common_options.h"
#include "ci/dualpath/own_options.h"
#include "helpers/base/exit_code.h"

namespace dualpath::cli {

ExecCommand::ExecCommand(CLI::App& app)
    : Subcommand(app.add_subcommand("exec", "Run a case program in a fresh lab VM")),
      timeout_seconds_(static_cast<int>(options_.timeout.count())) {
  using host::Place;
  command_
      ->add_option_function<std::string>(
          "--place",
          [this](const std::string& place) {
            options_.place = place == ToString(Place::kHost) ? Place::kHost : Place::kLab;
          },
          "lab: a VM; host: this machine, as root")
      ->check(CLI::IsMember({ToString(Place::kLab), ToString(Place::kHost)}))
      ->envname("DUALPATH_PLACE")
      ->default_str(ToString(options_.place));
  AddLabOptions(*command_, options_.stack, options_.accelerator);
  AddOwnOptions(*command_, options_.own);
  AddResultsOption(*command_, options_.results, "The results directory (default: build/results)");
  command_
      ->add_option("--timeout", timeout_seconds_,
                   "Limit of the program: seconds of the VM's CPU time, on a host real seconds")
      ->check(CLI::Range(1, std::numeric_limits<int>::max()))
      ->capture_default_str();
  command_->add_flag("--run-of-parent", options_.is_of_parents_run,
                     "Count this case together with the others that the parent process starts, as "
                     "ctest does");
  command_->add_flag("--strict", options_.strict, "Treat a skipped case as a failed one")
      ->envname("DUALPATH_STRICT");
  command_
      ->add_flag("--keep-snapshot", options_.keep_snapshot,
                 "Save a snapshot of the VM (about 0.5 GB) if the case fails, for dualpath shell "
                 "--at")
      ->envname("DUALPATH_KEEP_SNAPSHOT");
  command_
      ->add_option("--stop-before", options_.stop_before,
                   "End the case, as failed, before its n-th step (a verb of a fixture; 1 is the "
                   "first), and save the VM for dualpath shell --at")
      ->check(CLI::Range(1, std::numeric_limits<int>::max()))
      ->envname("DUALPATH_STOP_BEFORE");
  command_->add_option("--fio", options_.fio_job,
                       "Run the soak case with this fio job file, which names the disk as ${DISK}, "
                       "instead of a COMMAND");
  // All words after the program's name belong to the program, even if they look like options.
  command_->prefix_command();
  command_->footer("COMMAND: the case program and its arguments; must come last.\n" +
                   std::string(kAboutOwn));
}

int ExecCommand::TakeWordsAfterSeparator(int argc, char** argv) {
  if (argc < 2 || std::string(argv[1]) != "exec") return argc;
  char** const end = argv + argc;
  char** const separator =
      std::find_if(argv, end, [](const char* word) { return std::string(word) == "--"; });
  if (separator != end) options_.command.assign(separator + 1, end);
  return static_cast<int>(separator - argv);
}

int ExecCommand::Run() {
  options_.timeout = std::chrono::seconds(timeout_seconds_);
  options_.timeout_is_given = command_->count("--timeout") > 0;
  if (options_.stop_before > 0) options_.keep_snapshot = true;
  // PROGRAM [ARGUMENT]... -- ARGUMENT...: all of them belong to the program.
  const std::vector<std::string> before = command_->remaining();
  options_.command.insert(options_.command.begin(), before.begin(), before.end());
  const std::string program = options_.command.empty() ? "" : options_.command[0];
  if (!options_.fio_job.empty() && program.empty()) return Exec(options_);
  if (!options_.fio_job.empty()) {
    std::cerr << "dualpath exec: --fio runs the soak case and takes no COMMAND (" << program
              << ")\n";
    return kUsage;
  }
  if (program.empty() || program[0] == '-') {
    std::cerr << "dualpath exec: "
              << (program.empty() ? "no case program given" : "unknown option " + program)
              << "; see dualpath exec --help\n";
    return kUsage;
  }
  return Exec(options_);
}

}  // namespace dualpath::cli
