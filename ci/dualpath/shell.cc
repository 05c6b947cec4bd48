#include "ci/dualpath/shell.h"

#include <unistd.h>

#include <iostream>
#include <optional>
#include <utility>

#include "ci/dualpath/guest_console.h"
#include "ci/dualpath/own_options.h"
#include "ci/dualpath/shell_vm.h"
#include "helpers/base/exit_code.h"
#include "helpers/lab/copy_server.h"
#include "helpers/lab/copy_socket.h"
#include "helpers/lab/session.h"
#include "helpers/lab/snapshot.h"
#include "helpers/lab/steps.h"
#include "helpers/process/interrupt.h"
#include "helpers/process/terminal.h"

namespace dualpath::cli {
namespace {

const char* ClockOf(const ShellOptions& options, const lab::Vm& vm) {
  if (vm.pace() == lab::Pace::kReal) return "runs in real time.";
  return KeepsPace(options)
             ? "keeps pace with yours at the prompt, and skips idle time while a command runs."
             : "skips idle time, at the prompt, too.";
}

const char* StateOf(const ShellOptions& options) {
  if (options.no_rig) return "There is no rig: dualpath-rig up brings one up.";
  return "The guest writes once a second: see dualpath-rig io.";
}

void Greet(const std::string& name, const char* clock, const char* state) {
  std::cerr
      << "dualpath: root shell in the lab VM '" << name
      << "', which is discarded when the shell exits. ~. after Enter leaves, ~? prints help.\n"
      << "dualpath: the VM's clock " << clock << " " << state << "\n";
}

Result<lab::Session::End> RunOnTerminal(const ShellOptions& options, lab::Vm& vm,
                                        lab::CopyServer& copies, const lab::Cache& cache,
                                        const lab::Image& image) {
  Greet(copies.name(), ClockOf(options, vm), StateOf(options));
  lab::Session::Terminal terminal;
  terminal.copies = &copies;
  terminal.save = [&](const std::string& name, const lab::Session::Ask& ask) {
    return SaveRunningShellVm(name, ask, vm, cache, image);
  };
  terminal.keeps_pace = KeepsPace(options);
  DUALPATH_TRY(const process::RawTerminal raw, process::RawTerminal::Of(STDIN_FILENO));
  return lab::Session::OnTerminal(vm, std::move(terminal)).Run();
}

Result<int> RunShell(const ShellOptions& options) {
  std::optional<lab::CopyServer> copies;
  if (::isatty(STDIN_FILENO) == 1) {
    DUALPATH_TRY(lab::CopyServer opened, lab::CopyServer::Open(options.name));
    copies.emplace(std::move(opened));
  }
  DUALPATH_TRY(const lab::Cache cache, lab::Cache::Open());
  DUALPATH_TRY(const lab::Image image,
               lab::GetImage(cache, options.stack, options.accelerator, options.own));
  DUALPATH_TRY(lab::Restored restored, StartShellVm(options, copies.has_value(), cache, image));
  DUALPATH_TRY(const lab::Session::End end,
               copies ? RunOnTerminal(options, restored.vm, *copies, cache, image)
                      : lab::Session::OfScript(restored.vm).Run());
  if (end.left) std::cerr << "\n";
  if (options.save.empty()) return end.code;
  if (end.left) {
    return Error::Because("save the snapshot", options.save,
                          "the shell was left with ~. and is still running; end it with exit, "
                          "or save it with ~s");
  }
  DUALPATH_TRY_STATUS(SaveShellVm(options.save, restored.vm, cache, image));
  return end.code;
}

}  // namespace

int Shell(const ShellOptions& options) {
  for (const std::string* name : {&options.name, &options.from, &options.save}) {
    if (name->empty() || lab::IsShellName(*name)) continue;
    std::cerr << "dualpath shell: a name consists of letters, digits, '-' and '_', unlike '"
              << *name << "'\n";
    return kUsage;
  }
  if (!AcceptOwn(options.own, "dualpath shell")) return kUsage;
  const Result<int> code = options.guest ? FollowGuestConsole(options.name) : RunShell(options);
  if (code.ok()) return *code;
  process::StopIfEnding();
  std::cerr << "dualpath shell: " << code.error().ToString() << "\n";
  return kInfrastructure;
}

}  // namespace dualpath::cli
