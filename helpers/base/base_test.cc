#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "helpers/base/cleanup.h"
#include "helpers/base/eventually.h"
#include "helpers/base/file.h"
#include "helpers/base/scoped_time_scale.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/base/text.h"

namespace dualpath {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Error, NamesOperationObjectAndErrno) {
  const Error error = Error::FromErrno("delete path", "/sys/x", EACCES);
  EXPECT_EQ(error.ToString(), "delete path: /sys/x: Permission denied (errno 13)");
  EXPECT_EQ(error.While("fail over").ToString(),
            "fail over: delete path: /sys/x: Permission denied (errno 13)");
  EXPECT_EQ(error.error_number(), EACCES);
}

Result<int> Half(int n) {
  if (n % 2 != 0) return Error::Because("halve", std::to_string(n), "odd");
  return n / 2;
}

Result<int> Quarter(int n) {
  DUALPATH_TRY(const int half, Half(n));
  return Half(half);
}

TEST(Text, TailIsTheEndWithoutTrailingWhiteSpace) {
  EXPECT_EQ(Tail("one\ntwo\n \t", 7), "one\ntwo");
  EXPECT_EQ(Tail("one\ntwo\n", 3), "...two");
  EXPECT_EQ(Tail(" \n", 3), "");
  EXPECT_EQ(Tail("", 3), "");
}

TEST(Result, TryReturnsTheValueOrPropagatesTheError) {
  EXPECT_EQ(*Quarter(12), 3);
  EXPECT_EQ(Quarter(6).error().ToString(), "halve: 3: odd");
}

TEST(Deadline, IsMultipliedByTheTimeScale) {
  const ScopedTimeScale three(3);
  const Deadline scaled = Deadline::In(milliseconds(1000));
  const Deadline exact = Deadline::InUnscaled(milliseconds(1000));
  EXPECT_GT(scaled.Remaining(), milliseconds(2000));
  EXPECT_LE(exact.Remaining(), milliseconds(1000));
}

TEST(WaitUntil, TheErrorContainsWhatWasLastSeen) {
  int looks = 0;
  const Status status = WaitUntil("wait for", "it", Deadline::InUnscaled(milliseconds(1)),
                                  [&] { return "look " + std::to_string(++looks); });
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().ToString(),
              HasSubstr("wait for: it: deadline expired; last seen: look"));
  EXPECT_GE(looks, 2);
}

TEST(WaitUntil, EndsWhenTheConditionCanNoLongerBeMet) {
  int looks = 0;
  const auto wait = [&](const Unmet& seen) {
    looks = 0;
    return WaitUntil("wait for", "it", Deadline::InUnscaled(std::chrono::seconds(20)),
                     [&]() -> Unmet { return ++looks < 3 ? Unmet("not yet") : seen; });
  };
  const Status over = wait({"it has ended", true});
  ASSERT_FALSE(over.ok());
  EXPECT_EQ(over.error().ToString(), "wait for: it: can no longer happen: it has ended");
  EXPECT_EQ(looks, 3);

  const Status gone = wait(Error::FromErrno("ask", "it", kGone).While("look"));
  ASSERT_FALSE(gone.ok());
  EXPECT_THAT(gone.error().ToString(),
              HasSubstr("wait for: it: can no longer happen: look: ask: it: "));
  EXPECT_EQ(looks, 3);

  EXPECT_TRUE(wait(Unmet("")).ok());
}

TEST(Cleanup, UndoesInReverseOrderAndReportsEveryFailure) {
  std::vector<int> order;
  Cleanup cleanup;
  for (int i = 1; i <= 3; ++i) {
    cleanup.Add("step " + std::to_string(i), [&order, i]() -> Status {
      order.push_back(i);
      if (i == 2) return Error::Because("undo", "2", "stuck");
      return Ok{};
    });
  }
  const Status status = cleanup.Run();
  EXPECT_THAT(order, ElementsAre(3, 2, 1));
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().ToString(), "clean up: step 2: undo: 2: stuck");
  EXPECT_TRUE(cleanup.Run().ok()) << "nothing is left for a second run";
}

class FileTest : public ::testing::Test {
 protected:
  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
  std::string path_ = directory_.path() + "/new/a";
};

// The directory may contain what a VM has chosen.
TEST_F(FileTest, ATemporaryNameCannotBeForeseen) {
  const std::string victim = path_ + ".victim";
  ASSERT_TRUE(WriteFileAtomically(victim, "precious").ok());
  std::filesystem::create_symlink(victim, path_ + ".new." + std::to_string(::getpid()));
  std::filesystem::create_symlink(victim, path_);
  ASSERT_TRUE(WriteFileAtomically(path_, "new").ok());
  EXPECT_EQ(*ReadFile(victim), "precious");
  EXPECT_EQ(*ReadFile(path_), "new");
  EXPECT_FALSE(std::filesystem::is_symlink(path_));
}

TEST_F(FileTest, IsReplacedAtomically) {
  ASSERT_TRUE(WriteFileAtomically(path_, "old\n").ok());
  ASSERT_TRUE(WriteFileAtomically(path_, "new \n").ok());
  EXPECT_EQ(*ReadFile(path_), "new \n");
  EXPECT_EQ(*ReadAttribute(path_), "new");
  EXPECT_FALSE(WriteAttribute(path_ + ".missing", "1").ok());
}

TEST_F(FileTest, RemovalSucceedsWithoutTheFile) {
  ASSERT_TRUE(WriteFileAtomically(path_, "").ok());
  EXPECT_TRUE(RemoveFile(path_).ok());
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_TRUE(RemoveFile(path_).ok());
  EXPECT_THAT(RemoveFile(directory_.path()).error().ToString(), HasSubstr("remove file"));
}

}  // namespace
}  // namespace dualpath
