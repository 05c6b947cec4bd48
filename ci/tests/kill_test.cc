// Kills `dualpath exec` at every stage of its work, at any moment, by SIGKILL, SIGTERM and SIGINT,
// and looks for what that may leave: a process, a held lock, a wrong entry in the cache. It has a
// cache of its own, with links to what is in the user's. DUALPATH_KILLS is how often (default 100).

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
constexpr seconds kLongestEnd{20};  // of a run that was killed

/// What a run does when the entries of some kinds are missing in the cache.
struct Stage {
  const char* name;
  std::vector<std::string> missing;  ///< kinds, the one that is made first coming first
  int share;                         ///< of a hundred kills
};

std::ostream& operator<<(std::ostream& out, const Stage& stage) { return out << stage.name; }

std::string KindOf(const fs::path& entry) {
  const std::string name = entry.filename().string();
  return name.substr(0, name.find('-'));
}

/// Processes that know of `directory`: by their environment, or by where they are.
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
    kills_ = kills == nullptr ? 100 : std::max(1, std::atoi(kills));
  }

  void SetUp() override {
    for (const char* directory : {"/cache", "/tmp"}) fs::create_directory(Path(directory));
    // Hard links: an entry is never written to.
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
    // Later on it is at another stage.
    PollUntil(Deadline::In(kLongestRun), [&] { return !run->Running() || HasMadeItsOwn(); });
    took_ = process::SecondsSince(forgotten);
    const auto exit = run->Wait(Deadline::In(kLongestRun));
    ASSERT_TRUE(exit.ok() && exit->ok()) << *ReadFile(Path("/log"));
    std::cout << "the stage takes " << took_ << " s\n";
  }

  /// Whether the entry is there that the stage begins with.
  bool HasMadeItsOwn() const {
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
    EXPECT_THAT(Leftovers(), IsEmpty()) << "a run removes what killed ones have left";
  }

  /// Removes what the stage makes.
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

  /// Temporary directories, here and among the cache's entries.
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

  /// That what is in the cache is whole.
  void ExpectEntriesToBeWhole() const {
    const Cache cache = *Cache::Open(Path("/cache"));
    for (const fs::path& entry : Entries()) {
      const std::string name = entry.filename().string();
      const std::string kind = KindOf(entry);
      const auto whole =
          cache.Get(kind, name.substr(kind.size() + 1), 0, [&](const std::string&) -> Status {
            return Error::Because("check", name, "it is damaged");
          });
      EXPECT_TRUE(whole.ok()) << whole.error().ToString();
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
    ExpectEntriesToBeWhole();
    if (signal == SIGKILL) return;
    EXPECT_THAT(exit->code, AnyOf(kInfrastructure, kAllPassed)) << exit->ToString();
    EXPECT_THAT(Leftovers(), IsEmpty());
  }

  static int kills_;
  TemporaryDirectory directory_ = *TemporaryDirectory::Create(Cache::Open()->root());
  double took_ = 0;  // seconds
  std::mt19937 random_{20261122};
};

int KilledRun::kills_ = 0;

TEST_P(KilledRun, LeavesNoProcessNoLockAndNoWrongEntry) {
  const int kills = std::max(1, kills_ * GetParam().share / 100);
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
