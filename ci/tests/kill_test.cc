// Kills `dualpath exec` at random times during every stage, with SIGKILL, SIGTERM and SIGINT, and
// checks that no process, held lock or damaged cache entry is left. Uses a separate cache with hard
// links to the entries in the user's cache. DUALPATH_KILLS is the number of kills (default 100).

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "helpers/base/eventually.h"
#include "helpers/base/exit_code.h"
#include "helpers/base/file.h"
#include "helpers/base/file_lock.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/lab/image/cache.h"
#include "helpers/process/process.h"
#include "helpers/process/progress.h"

namespace dualpath::lab {
namespace {

namespace fs = std::filesystem;
using std::chrono::duration;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::AnyOf;
using ::testing::IsEmpty;

constexpr char kCase[] = "--gtest_filter=BringUp.NoPathRetryIsTen";
constexpr minutes kLongestRun{40};
constexpr seconds kLongestEnd{20};  // time limit for a killed run to exit

/// A stage of a run: the work that it does if certain kinds of entries are missing from the cache.
struct Stage {
  const char* name;
  std::vector<std::string> missing;  ///< missing kinds, in the order in which they are built
  int share;                         ///< share of the kills, in percent
};

std::ostream& operator<<(std::ostream& out, const Stage& stage) { return out << stage.name; }

std::string KindOf(const fs::path& entry) {
  const std::string name = entry.filename().string();
  return name.substr(0, name.find('-'));
}

/// Returns the processes that have `directory` in their environment, arguments or working
/// directory.
std::vector<std::string> ProcessesOf(const std::string& directory) {
  std::vector<std::string> found;
  std::error_code ec;
  for (const auto& process : fs::directory_iterator("/proc", ec)) {
    const std::string pid = process.path().filename().string();
    if (!std::all_of(pid.begin(), pid.end(), [](char c) { return c >= '0' && c <= '9'; })) continue;
    if (std::stoi(pid) == ::getpid()) continue;
    const auto environment = ReadFile(process.path().string() + "/environ");
    const auto command = ReadFile(process.path().string() + "/cmdline");
    std::string all = environment.ok() ? *environment : "";
    all += command.ok() ? *command : "";
    for (const char* link : {"/cwd", "/root"}) {
      all += fs::read_symlink(process.path().string() + link, ec).string();
    }
    if (all.find(directory) == std::string::npos) continue;
    std::string words = command.ok() ? *command : "";
    std::replace(words.begin(), words.end(), '\0', ' ');
    found.push_back(pid + " " + words);
  }
  return found;
}

class KilledRun : public ::testing::TestWithParam<Stage> {
 protected:
  static void SetUpTestSuite() {
    const char* kills = std::getenv("DUALPATH_KILLS");
    default_kills = kills == nullptr ? 100 : std::max(1, std::atoi(kills));
  }

  void SetUp() override {
    for (const char* directory : {"/cache", "/tmp"}) fs::create_directory(Path(directory));
    // Hard links are safe, since entries are never written to.
    const Cache users = *Cache::Open();
    for (const auto& entry : fs::directory_iterator(users.root())) {
      if (!fs::exists(entry.path() / "manifest.json")) continue;
      const auto linked = process::ExecuteChecked(
          {{"cp", "-al", entry.path().string(), Path("/cache")}}, Deadline::In(minutes(1)));
      ASSERT_TRUE(linked.ok()) << linked.error().ToString();
    }
    Pass();
    Forget();
    const auto forgotten = std::chrono::steady_clock::now();
    auto run = process::Background::Start(Exec(), {Path("/log")});
    ASSERT_TRUE(run.ok()) << run.error().ToString();
    // The stage ends once its first entry has been built.
    PollUntil(Deadline::In(kLongestRun), [&] { return !run->Running() || HasBuiltItsEntry(); });
    took_ = process::SecondsSince(forgotten);
    const auto exit = run->Wait(Deadline::In(kLongestRun));
    ASSERT_TRUE(exit.ok() && exit->ok()) << *ReadFile(Path("/log"));
    std::cout << "the stage takes " << took_ << " s\n";
  }

  /// Returns whether the first entry that the stage builds exists.
  bool HasBuiltItsEntry() const {
    if (GetParam().missing.empty()) return false;
    const std::vector<fs::path> entries = Entries();
    return std::any_of(entries.begin(), entries.end(), [](const fs::path& entry) {
      return KindOf(entry) == GetParam().missing.front();
    });
  }

  std::string Path(const std::string& name) const { return directory_.path() + name; }

  process::Command Exec() const {
    process::Command command;
    command.argv = {DUALPATH_PROGRAM, "exec", "--results", Path("/results"), DUALPATH_CASES, kCase};
    command.environment = {{"DUALPATH_CACHE", Path("/cache")},
                           {"TMPDIR", Path("/tmp")},
                           {"DUALPATH_CACHE_GIB", "100"}};
    return command;
  }

  void Pass() const {
    const auto out = process::ExecuteChecked(Exec(), Deadline::In(kLongestRun));
    EXPECT_TRUE(out.ok()) << out.error().ToString();
    EXPECT_THAT(Leftovers(), IsEmpty())
        << "a run removes temporary directories left behind by killed runs";
  }

  /// Removes the entries that the stage builds.
  void Forget() const {
    for (const fs::path& entry : Entries()) {
      const std::vector<std::string>& kinds = GetParam().missing;
      if (std::find(kinds.begin(), kinds.end(), KindOf(entry)) != kinds.end()) {
        fs::remove_all(entry);
      }
    }
  }

  std::vector<fs::path> Entries() const {
    std::vector<fs::path> entries;
    for (const auto& entry : fs::directory_iterator(Path("/cache"))) {
      const std::string name = entry.path().filename().string();
      const bool ours = entry.is_directory() && name.rfind("dualpath.", 0) != 0 && name != "rigs";
      if (ours) entries.push_back(entry.path());
    }
    return entries;
  }

  /// Returns the temporary directories, including those in the cache.
  std::vector<std::string> Leftovers() const {
    std::vector<std::string> names;
    for (const char* directory : {"/cache", "/tmp"}) {
      for (const auto& entry : fs::directory_iterator(Path(directory))) {
        const std::string name = entry.path().filename().string();
        if (name.rfind("dualpath.", 0) == 0) names.push_back(name);
      }
    }
    return names;
  }

  void ExpectNothingRuns() const {
    std::vector<std::string> left;
    PollUntil(Deadline::In(kLongestEnd), [&] {
      left = ProcessesOf(directory_.path());
      return left.empty();
    });
    EXPECT_THAT(left, IsEmpty());
    for (const auto& file : fs::directory_iterator(Path("/cache"))) {
      if (file.path().extension() != ".lock") continue;
      const auto lock = FileLock::TryAcquire(file.path().string(), FileLock::Mode::kExclusive);
      EXPECT_TRUE(lock.ok()) << lock.error().ToString();
    }
  }

  void ExpectValidEntries() const {
    const Cache cache = *Cache::Open(Path("/cache"));
    for (const fs::path& entry : Entries()) {
      const std::string name = entry.filename().string();
      const std::string kind = KindOf(entry);
      const auto entry_read = cache.Get(
          kind, name.substr(kind.size() + 1), 0,
          [&](const std::string&) -> Status { return Error::Because("check", name, "damaged"); });
      EXPECT_TRUE(entry_read.ok()) << entry_read.error().ToString();
    }
  }

  void KillARun() {
    Forget();
    constexpr int kSignals[] = {SIGKILL, SIGTERM, SIGINT};
    const int signal = kSignals[random_() % std::size(kSignals)];
    const double after = std::uniform_real_distribution<double>(0, took_)(random_);
    SCOPED_TRACE(std::string(::strsignal(signal)) + " after " + std::to_string(after) + " s");
    auto run = process::Background::Start(Exec(), {Path("/log")});
    ASSERT_TRUE(run.ok()) << run.error().ToString();
    PollUntil(Deadline::InUnscaled(
                  std::chrono::duration_cast<std::chrono::milliseconds>(duration<double>(after))),
              [&] { return !run->Running(); });
    ::kill(run->pid(), signal);
    const auto exit = run->Wait(Deadline::In(kLongestEnd));
    ASSERT_TRUE(exit.ok()) << exit.error().ToString();
    ExpectNothingRuns();
    ExpectValidEntries();
    if (signal == SIGKILL) return;
    EXPECT_THAT(exit->code, AnyOf(kInfrastructure, kAllPassed)) << exit->ToString();
    EXPECT_THAT(Leftovers(), IsEmpty());
  }

  static int default_kills;
  TemporaryDirectory directory_ = *TemporaryDirectory::Create(Cache::Open()->root());
  double took_ = 0;  // seconds
  std::mt19937 random_{20261122};
};

int KilledRun::default_kills = 0;

TEST_P(KilledRun, LeavesNoProcessNoLockAndNoDamagedEntry) {
  const int kills = std::max(1, default_kills * GetParam().share / 100);
  for (int i = 0; i < kills && !HasFailure(); ++i) KillARun();
  std::cout << kills << " runs killed\n";
  Pass();
}

INSTANTIATE_TEST_SUITE_P(
    While, KilledRun,
    ::testing::Values(Stage{"RunningACase", {}, 50}, Stage{"LoadingAProgram", {"loaded"}, 30},
                      Stage{"BringingUpTheRig", {"rig", "loaded"}, 5},
                      Stage{"Booting", {"boot", "rig", "loaded"}, 10},
                      Stage{"MakingTheImage", {"image", "boot", "rig", "loaded"}, 5}),
    [](const auto& stage) { return std::string(stage.param.name); });

}  // namespace
}  // namespace dualpath::lab
