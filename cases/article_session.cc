#include "cases/article_session.h"

#include <filesystem>
#include <sstream>
#include <vector>

#include "fixtures/guest.h"
#include "fixtures/rig.h"
#include "helpers/base/file.h"
#include "helpers/lio/inventory.h"
#include "helpers/observe/daemon_watch.h"
#include "helpers/process/process.h"
#include "helpers/timeline/recorder.h"

namespace dualpath {
namespace {

namespace fs = std::filesystem;

constexpr char kMultipathConf[] = "/etc/multipath.conf";
constexpr std::chrono::minutes kCommandBudget{2};

process::Command Parse(const std::string& command_line) {
  process::Command command;
  command.working_directory = ArticleSession::kDirectory;
  std::istringstream words(command_line);
  for (std::string word; words >> word;) command.argv.push_back(word);
  return command;
}

constexpr char kMapPrefix[] = "/dev/mapper/";

/// Returns the map that a dd command reads or writes; empty if none.
std::string MapOfDd(const process::Command& command) {
  if (command.argv.empty() || command.argv[0] != "dd") return "";
  for (const std::string& argument : command.argv) {
    const std::size_t at = argument.find(kMapPrefix);
    if (at != std::string::npos) return argument.substr(at + sizeof(kMapPrefix) - 1);
  }
  return "";
}

/// Path deleted by writing to `file`; `path` is empty unless `file` is a disk's "delete" attribute.
struct Deleted {
  std::string path;
  std::string device;
};
Deleted DeletedBy(const std::string& file) {
  const fs::path link = fs::path(file).parent_path();  // /sys/block/sdb/device
  std::error_code ec;
  const std::string hctl = fs::read_symlink(link, ec).filename().string();
  if (fs::path(file).filename() != "delete" || ec) return {};
  return {hctl, link.parent_path().filename().string()};
}

Status Run(const std::string& command_line) {
  DUALPATH_TRY_STATUS(process::ExecuteChecked(Parse(command_line), Deadline::In(kCommandBudget)));
  return Ok{};
}

/// Removes the targets and backstores of storage.raw with targetcli, which created them.
Status RemoveArticlesTargets() {
  const std::string file = std::string(ArticleSession::kDirectory) + "/storage.raw";
  DUALPATH_TRY(const lio::Inventory inventory, lio::Inventory::Take());
  for (const lio::FoundBackstore& backstore : inventory.backstores) {
    if (backstore.file != file) continue;
    for (const lio::FoundTarget& target : inventory.targets) {
      for (const lio::FoundLun& lun : target.luns) {
        if (lun.backstore_object != backstore.object) continue;
        DUALPATH_TRY_STATUS(Run("targetcli /loopback delete " + target.naa));
      }
    }
    DUALPATH_TRY_STATUS(Run("targetcli /backstores/fileio delete " + backstore.name));
  }
  std::error_code ec;
  fs::remove(file, ec);
  fs::remove(ArticleSession::kDirectory, ec);
  return Ok{};
}

}  // namespace

Result<ArticleSession> ArticleSession::Begin() {
  // The session starts and stops its own.
  observe::DaemonWatch::OfThisProcess().Release(observe::Multipathd().name);
  DUALPATH_TRY_STATUS(Guest::TearDownRig(RigOptions().directory));
  std::error_code ec;
  fs::create_directories(kDirectory, ec);
  if (ec) return Error::FromErrno("create", kDirectory, ec.value());
  ArticleSession session;
  session.undo_.Add("remove the article's targets", RemoveArticlesTargets);
  session.undo_.Add("stop multipathd", [] { return Run("systemctl stop multipathd"); });
  session.undo_.Add("flush the article's map", [] { return Run("multipath -F"); });
  return session;
}

Result<std::string> ArticleSession::Type(const std::string& command_line) {
  const process::Command command = Parse(command_line);
  timeline::Record typed;
  typed.time_us = MonotonicUs();
  typed.kind = "step";
  typed.text = "# " + command_line;
  auto output = process::ExecuteChecked(command, Deadline::In(kCommandBudget));
  typed.duration_us = MonotonicUs() - typed.time_us;
  typed.map = MapOfDd(command);
  if (!typed.map.empty() && output.ok()) {
    typed.kind = "io";
    typed.error_number = 0;
  }
  // A command that is repeated until it prints the expected output is recorded as one step.
  if (command_line != last_typed_) timeline::Recorder::OfThisProcess().Add(std::move(typed));
  last_typed_ = command_line;
  return output;
}

Status ArticleSession::Echo(const std::string& value, const std::string& file) {
  timeline::RecordStep("# echo '" + value + "' > " + file);
  const Deleted deleted = DeletedBy(file);
  if (!deleted.path.empty()) {
    timeline::RecordFault(timeline::Severity::kWarning, "delete", deleted.path, deleted.device);
  }
  if (fs::path(file).filename() == "scan") {
    const std::string host = fs::path(file).parent_path().filename().string();
    timeline::RecordFault(timeline::Severity::kInfo, "rescan " + host, "", "");
  }
  return WriteAttribute(file, value + "\n");
}

Status ArticleSession::WriteMultipathConf(const std::string& content) {
  const auto before = ReadFile(kMultipathConf);
  undo_.Add("restore /etc/multipath.conf", [before]() -> Status {
    if (before.ok()) return WriteFileAtomically(kMultipathConf, *before);
    std::error_code ec;
    fs::remove(kMultipathConf, ec);
    return Ok{};
  });
  return WriteFileAtomically(kMultipathConf, content);
}

}  // namespace dualpath
