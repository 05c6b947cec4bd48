#include "ci/results/shards.h"

#include <unistd.h>

#include <filesystem>
#include <map>

#include "ci/results/results.h"
#include "ci/results/run_id.h"

namespace dualpath::results {
namespace {

namespace fs = std::filesystem;

constexpr char kOperation[] = "merge the results of shards";

/// Returns the cases of all shards: the shard's directory of each, by its name.
Result<std::map<std::string, fs::path>> CasesOf(const std::vector<std::string>& shards) {
  std::map<std::string, fs::path> cases;
  for (const std::string& shard : shards) {
    const CaseDirectories directories = CaseDirectoriesIn(shard);
    if (directories.of_run.empty()) {
      return Error::Because(kOperation, shard,
                            "no case results; name the directory that has junit.xml");
    }
    for (const fs::path directory : directories.of_run) {
      const auto [found, is_new] = cases.emplace(directory.filename().string(), directory);
      if (!is_new) {
        return Error::Because(
            kOperation, found->first,
            "is in two shards: " + found->second.parent_path().string() + " and " + shard);
      }
    }
  }
  return cases;
}

/// Copies regular files and directories; of others, results of a case have none.
Status CopyCase(const fs::path& from, const fs::path& to) {
  std::error_code ec;
  fs::copy(from, to,
           fs::copy_options::recursive | fs::copy_options::skip_symlinks |
               fs::copy_options::overwrite_existing,  // the mark of the run
           ec);
  if (ec) return Error::FromErrno("copy results", from.string(), ec.value());
  return Ok{};
}

Status CopyCases(const std::map<std::string, fs::path>& cases, const std::string& results) {
  DUALPATH_TRY(const std::string id, RunIdOf(::getpid()));
  for (const auto& [name, directory] : cases) {
    const std::string copy = results + "/" + name;
    DUALPATH_TRY_STATUS(BeginCase(results, copy, id));
    DUALPATH_TRY_STATUS(CopyCase(directory, copy));
    DUALPATH_TRY_STATUS(MarkCase(copy, id));
  }
  return MergeJunit(results);
}

}  // namespace

Status MergeShards(const std::vector<std::string>& shards, const std::string& results) {
  std::error_code ec;
  if (fs::exists(results, ec)) {
    return Error::Because(kOperation, results, "exists already; name a new directory");
  }
  DUALPATH_TRY(const auto cases, CasesOf(shards));
  Status copied = CopyCases(cases, results);
  if (!copied.ok()) fs::remove_all(results, ec);
  return copied;
}

}  // namespace dualpath::results
