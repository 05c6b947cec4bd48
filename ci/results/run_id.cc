#include "ci/results/run_id.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "helpers/base/boot_id.h"
#include "helpers/base/file.h"
#include "helpers/process/process_table.h"

namespace dualpath::results {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBootDigits = 8;

/// Returns whether a directory with this name belongs to a case: "Suite.Case".
bool IsCaseName(const std::string& name) {
  const auto is_capital = [](char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; };
  const std::size_t dot = name.find('.');
  return dot != std::string::npos && dot + 1 < name.size() && is_capital(name[0]) &&
         is_capital(name[dot + 1]);
}

/// Returns the run's id in a directory, or an empty string.
std::string IdIn(const fs::path& directory) {
  const auto id = ReadAttribute((directory / kRunIdFile).string());
  return id.ok() ? *id : "";
}

}  // namespace

Result<std::string> RunIdOf(int pid) {
  DUALPATH_TRY(const std::string boot, BootId());
  DUALPATH_TRY(const std::string stat, ReadFile("/proc/" + std::to_string(pid) + "/stat"));
  DUALPATH_TRY(const process::RunningProcess running, process::ParseProcessStat(stat));
  return boot.substr(0, kBootDigits) + "-" + std::to_string(pid) + "-" +
         std::to_string(running.started);
}

Status BeginCase(const std::string& results, const std::string& directory, const std::string& id) {
  std::error_code ec;
  fs::remove_all(directory, ec);
  if (ec) {
    return Error::Because("remove the results of an earlier run", directory,
                          ec.message() + "; were they written by root? Remove them");
  }
  fs::create_directories(directory, ec);
  if (ec) return Error::FromErrno("create the results directory", directory, ec.value());
  DUALPATH_TRY_STATUS(MarkCase(directory, id));
  return WriteFileAtomically(results + "/" + kRunIdFile, id + "\n");
}

Status MarkCase(const std::string& directory, const std::string& id) {
  return WriteFileAtomically(directory + "/" + kRunIdFile, id + "\n");
}

CaseDirectories CaseDirectoriesIn(const std::string& results) {
  CaseDirectories directories;
  const std::string run = IdIn(results);
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(results, ec)) {
    std::error_code gone;
    if (!fs::is_directory(entry.path(), gone)) continue;
    const std::string id = IdIn(entry.path());
    const bool has_report = fs::exists(entry.path() / "gtest.xml", gone);
    if (id.empty() && !has_report && !IsCaseName(entry.path().filename().string())) continue;
    const bool of_run = id.empty() ? !has_report : id == run;
    (of_run ? directories.of_run : directories.of_others).push_back(entry.path().string());
  }
  for (auto* each : {&directories.of_run, &directories.of_others}) {
    std::sort(each->begin(), each->end());
  }
  return directories;
}

}  // namespace dualpath::results
