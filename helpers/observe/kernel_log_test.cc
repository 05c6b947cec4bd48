#include "helpers/observe/kernel_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>

#include "helpers/base/deadline.h"
#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/matchers/status_matchers.h"

namespace dualpath::observe {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::Pair;

TEST(KernelMessage, HasPriorityTimeTextAndFields) {
  const auto record = KernelMessage::Parse(
      "6,339,5140900,-;sd 3:0:1:0: [sdb] Synchronizing SCSI cache\n"
      " SUBSYSTEM=scsi\n DEVICE=+scsi:3:0:1:0\n");
  ASSERT_TRUE(record.ok()) << record.error().ToString();
  EXPECT_EQ(record->sequence, 339U);
  EXPECT_EQ(record->monotonic_us, 5140900);
  EXPECT_EQ(record->facility, 0U);
  EXPECT_EQ(record->priority, 6U);
  EXPECT_FALSE(record->continuation);
  EXPECT_EQ(record->text, "sd 3:0:1:0: [sdb] Synchronizing SCSI cache");
  EXPECT_THAT(record->fields,
              ElementsAre(Pair("DEVICE", "+scsi:3:0:1:0"), Pair("SUBSYSTEM", "scsi")));
}

TEST(KernelMessage, SplitsFacilityFromPriority) {
  const auto record = KernelMessage::Parse("30,1,2,-;systemd[1]: hello\n");
  EXPECT_EQ(record->facility, 3U);
  EXPECT_EQ(record->priority, 6U);
}

TEST(KernelMessage, PassesOverFieldsOfLaterKernels) {
  const auto record = KernelMessage::Parse("4,7,18446744073709,c,caller=T1,x=y;begin, of; a line");
  ASSERT_TRUE(record.ok()) << record.error().ToString();
  EXPECT_EQ(record->monotonic_us, 18446744073709);
  EXPECT_EQ(record->text, "begin, of; a line");
  EXPECT_FALSE(record->continuation) << "it starts a line that others continue";
}

TEST(KernelMessage, KnowsAContinuation) {
  EXPECT_TRUE(KernelMessage::Parse("4,8,10,+; goes on\n")->continuation);
  EXPECT_EQ(KernelMessage::Parse("4,8,10,+; goes on\n")->text, " goes on");
}

TEST(KernelMessage, RestoresEscapedBytes) {
  const auto record = KernelMessage::Parse(
      "6,1,2,-;two\\x0alines, a \\x5cx41 and \\xc3\\xa4, \\xzz \\x4\n"
      " KEY=a\\x0ab\n");
  EXPECT_EQ(record->text, "two\nlines, a \\x41 and \xc3\xa4, \\xzz \\x4");
  EXPECT_THAT(record->fields, ElementsAre(Pair("KEY", "a\nb")));
}

TEST(KernelMessage, MayBeEmptyText) {
  EXPECT_EQ(KernelMessage::Parse("6,1,2,-;\n")->text, "");
  EXPECT_THAT(KernelMessage::Parse("6,1,2,-;\nno blank=1\n")->fields, IsEmpty());
}

TEST(KernelMessage, RefusesWhatIsNone) {
  EXPECT_EQ(KernelMessage::Parse("6,1,2,-").error().ToString(),
            "parse kernel record: \"6,1,2,-\": it has no semicolon before the text");
  for (const char* raw : {";", "6;x", "6,1;x", "6,1,x,-;x", "a,1,2,-;x", "6,1,2;x"}) {
    EXPECT_THAT(KernelMessage::Parse(raw).error().ToString(),
                HasSubstr("it does not begin with priority, sequence number and time"))
        << raw;
  }
}

/// A log whose records we send: like /dev/kmsg, each read yields one.
class KernelLogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends.data()), 0);
    ours_ = UniqueFd(ends[0]);
    theirs_ = UniqueFd(ends[1]);
  }
  void Send(const std::string& record) const {
    ASSERT_EQ(::send(ours_.get(), record.data(), record.size(), 0),
              static_cast<ssize_t>(record.size()));
  }

  UniqueFd ours_;
  UniqueFd theirs_;
};

TEST_F(KernelLogTest, YieldsEachRecordOnce) {
  KernelLog log(std::move(theirs_));
  EXPECT_THAT(*log.Poll(), IsEmpty());
  Send("6,1,10,-;one\n");
  Send("6,2,20,-;two\n");
  const auto records = log.Poll();
  ASSERT_EQ(records->size(), 2U);
  EXPECT_EQ(records->at(0).text, "one");
  EXPECT_EQ(records->at(1).text, "two");
  EXPECT_THAT(*log.Poll(), IsEmpty());
  EXPECT_EQ(log.overruns(), 0);
}

TEST_F(KernelLogTest, IsPutOnTheMonotonicClockByALineOfItsOwn) {
  const TemporaryDirectory directory = *TemporaryDirectory::Create();
  const std::string kmsg = directory.path() + "/kmsg";
  ASSERT_OK(WriteFileAtomically(kmsg, ""));
  KernelLog log(std::move(theirs_));
  const std::int64_t before = MonotonicUs();
  ASSERT_OK(log.Synchronize("mark", kmsg));
  const std::int64_t after = MonotonicUs();
  EXPECT_EQ(*ReadAttribute(kmsg), "mark");
  Send("6,1,400,-;earlier\n");
  Send("12,2,500,-;mark\n");
  Send("6,3,700,-;later\n");
  const auto records = log.Poll();
  ASSERT_EQ(records->size(), 2U);
  EXPECT_EQ(records->at(0).monotonic_us, 400);
  EXPECT_EQ(records->at(1).text, "later");
  EXPECT_THAT(records->at(1).monotonic_us, AllOf(Ge(before + 200), Le(after + 200)));
}

TEST_F(KernelLogTest, KeepsItsClockWhereItMayNotWrite) {
  KernelLog log(std::move(theirs_));
  EXPECT_FALSE(log.Synchronize("mark", "/dev/no-kmsg").ok());
  Send("6,1,400,-;one\n");
  EXPECT_EQ(log.Poll()->at(0).monotonic_us, 400);
}

TEST_F(KernelLogTest, IsASourceOfLogRecords) {
  const LogSource source = AsLogSource(KernelLog(std::move(theirs_)));
  Send("6,1,10,-;one\n");
  const auto records = source();
  ASSERT_EQ(records->size(), 1U);
  EXPECT_EQ(records->at(0).ToString(), "[    0.000010] kernel: one");
}

TEST_F(KernelLogTest, RefusesWhatItDoesNotUnderstand) {
  KernelLog log(std::move(theirs_));
  Send("what?");
  EXPECT_THAT(log.Poll().error().ToString(), HasSubstr("parse kernel record: \"what?\""));
}

TEST(KernelLog, NamesTheDeviceThatCannotBeOpened) {
  EXPECT_EQ(KernelLog::Open(KernelLog::From::kNow, "/dev/no-kmsg").error().ToString(),
            "open kernel log: /dev/no-kmsg: No such file or directory (errno 2)");
}

}  // namespace
}  // namespace dualpath::observe
