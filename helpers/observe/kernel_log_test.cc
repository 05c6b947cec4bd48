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
  const auto message = KernelMessage::Parse(
      "6,339,5140900,-;sd 3:0:1:0: [sdb] Synchronizing SCSI cache\n"
      " SUBSYSTEM=scsi\n DEVICE=+scsi:3:0:1:0\n");
  ASSERT_TRUE(message.ok()) << message.error().ToString();
  EXPECT_EQ(message->sequence, 339U);
  EXPECT_EQ(message->monotonic_us, 5140900);
  EXPECT_EQ(message->facility, 0U);
  EXPECT_EQ(message->priority, 6U);
  EXPECT_FALSE(message->continuation);
  EXPECT_EQ(message->text, "sd 3:0:1:0: [sdb] Synchronizing SCSI cache");
  EXPECT_THAT(message->fields,
              ElementsAre(Pair("DEVICE", "+scsi:3:0:1:0"), Pair("SUBSYSTEM", "scsi")));
}

TEST(KernelMessage, SplitsFacilityFromPriority) {
  const auto message = KernelMessage::Parse("30,1,2,-;systemd[1]: hello\n");
  EXPECT_EQ(message->facility, 3U);
  EXPECT_EQ(message->priority, 6U);
}

TEST(KernelMessage, IgnoresFieldsOfLaterKernels) {
  const auto message = KernelMessage::Parse("4,7,18446744073709,c,caller=T1,x=y;begin, of; a line");
  ASSERT_TRUE(message.ok()) << message.error().ToString();
  EXPECT_EQ(message->monotonic_us, 18446744073709);
  EXPECT_EQ(message->text, "begin, of; a line");
  EXPECT_FALSE(message->continuation) << "'c' is the first part of a line";
}

TEST(KernelMessage, MayContinueALine) {
  EXPECT_TRUE(KernelMessage::Parse("4,8,10,+; and more\n")->continuation);
  EXPECT_EQ(KernelMessage::Parse("4,8,10,+; and more\n")->text, " and more");
}

TEST(KernelMessage, UnescapesBytes) {
  const auto message = KernelMessage::Parse(
      "6,1,2,-;two\\x0alines, a \\x5cx41 and \\xc3\\xa4, \\xzz \\x4\n"
      " KEY=a\\x0ab\n");
  EXPECT_EQ(message->text, "two\nlines, a \\x41 and \xc3\xa4, \\xzz \\x4");
  EXPECT_THAT(message->fields, ElementsAre(Pair("KEY", "a\nb")));
}

TEST(KernelMessage, MayHaveNoText) {
  EXPECT_EQ(KernelMessage::Parse("6,1,2,-;\n")->text, "");
  EXPECT_THAT(KernelMessage::Parse("6,1,2,-;\nno blank=1\n")->fields, IsEmpty());
}

TEST(KernelMessage, RejectsMalformedRecords) {
  EXPECT_EQ(KernelMessage::Parse("6,1,2,-").error().ToString(),
            "parse kernel record: \"6,1,2,-\": no semicolon before the text");
  for (const char* raw : {";", "6;x", "6,1;x", "6,1,x,-;x", "a,1,2,-;x", "6,1,2;x"}) {
    EXPECT_THAT(KernelMessage::Parse(raw).error().ToString(),
                HasSubstr("no priority, sequence number and time at the beginning"))
        << raw;
  }
}

/// A log whose records the test sends. Like /dev/kmsg, each read returns one.
class KernelLogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends.data()), 0);
    kernel_ = UniqueFd(ends[0]);
    device_ = UniqueFd(ends[1]);
  }
  void Send(const std::string& record) const {
    ASSERT_EQ(::send(kernel_.get(), record.data(), record.size(), 0),
              static_cast<ssize_t>(record.size()));
  }

  UniqueFd kernel_;
  UniqueFd device_;
};

TEST_F(KernelLogTest, ReturnsEachMessageOnce) {
  KernelLog log(std::move(device_));
  EXPECT_THAT(*log.Poll(), IsEmpty());
  Send("6,1,10,-;one\n");
  Send("6,2,20,-;two\n");
  const auto messages = log.Poll();
  ASSERT_EQ(messages->size(), 2U);
  EXPECT_EQ(messages->at(0).text, "one");
  EXPECT_EQ(messages->at(1).text, "two");
  EXPECT_THAT(*log.Poll(), IsEmpty());
  EXPECT_EQ(log.overruns(), 0);
}

TEST_F(KernelLogTest, SynchronizeConvertsTimesToTheMonotonicClock) {
  const TemporaryDirectory directory = *TemporaryDirectory::Create();
  const std::string kmsg = directory.path() + "/kmsg";
  ASSERT_OK(WriteFileAtomically(kmsg, ""));
  KernelLog log(std::move(device_));
  const std::int64_t before = MonotonicUs();
  ASSERT_OK(log.Synchronize("mark", kmsg));
  const std::int64_t after = MonotonicUs();
  EXPECT_EQ(*ReadAttribute(kmsg), "mark");
  Send("6,1,400,-;earlier\n");
  Send("12,2,500,-;mark\n");
  Send("6,3,700,-;later\n");
  const auto messages = log.Poll();
  ASSERT_EQ(messages->size(), 2U);
  EXPECT_EQ(messages->at(0).monotonic_us, 400);
  EXPECT_EQ(messages->at(1).text, "later");
  EXPECT_THAT(messages->at(1).monotonic_us, AllOf(Ge(before + 200), Le(after + 200)));
}

TEST_F(KernelLogTest, TimesAreNotConvertedWithoutWriteAccess) {
  KernelLog log(std::move(device_));
  EXPECT_FALSE(log.Synchronize("mark", "/dev/no-kmsg").ok());
  Send("6,1,400,-;one\n");
  EXPECT_EQ(log.Poll()->at(0).monotonic_us, 400);
}

TEST_F(KernelLogTest, IsASourceOfLogMessages) {
  const LogSource source = AsLogSource(KernelLog(std::move(device_)));
  Send("6,1,10,-;one\n");
  const auto messages = source();
  ASSERT_EQ(messages->size(), 1U);
  EXPECT_EQ(messages->at(0).ToString(), "[    0.000010] kernel: one");
}

TEST_F(KernelLogTest, FailsOnAMalformedRecord) {
  KernelLog log(std::move(device_));
  Send("what?");
  EXPECT_THAT(log.Poll().error().ToString(), HasSubstr("parse kernel record: \"what?\""));
}

TEST(KernelLog, NamesTheDeviceThatCannotBeOpened) {
  EXPECT_EQ(KernelLog::Open(KernelLog::From::kNow, "/dev/no-kmsg").error().ToString(),
            "open kernel log: /dev/no-kmsg: No such file or directory (errno 2)");
}

}  // namespace
}  // namespace dualpath::observe
