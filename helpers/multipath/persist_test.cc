#include "helpers/multipath/persist.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::multipath {
namespace {

using scsi::ReservationType;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::uint64_t kKey = 0xabc123;
constexpr std::uint64_t kOther = 0xbbb;
constexpr auto kType = ReservationType::kWriteExclusiveRegistrantsOnly;

/// Runs a script instead of mpathpersist, which saves its arguments.
class PersistTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto directory = TemporaryDirectory::Create();
    ASSERT_TRUE(directory.ok()) << directory.error().ToString();
    directory_.emplace(std::move(*directory));
  }

  Persist Answering(const std::string& script) const {
    const std::string program = directory_->path() + "/mpathpersist";
    EXPECT_TRUE(WriteFileAtomically(program, "#!/bin/sh\necho \"$*\" > " + directory_->path() +
                                                 "/arguments\n" + script)
                    .ok());
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    return Persist("/dev/mapper/mpatha", {program});
  }
  std::string Arguments() const { return *ReadAttribute(directory_->path() + "/arguments"); }
  static Deadline Soon() { return Deadline::In(std::chrono::seconds(10)); }

  std::optional<TemporaryDirectory> directory_;
};

TEST_F(PersistTest, PassesTheDocumentedArguments) {
  const Persist persist = Answering("");
  ASSERT_TRUE(persist.Register(0, kKey, Soon()).ok());
  EXPECT_EQ(Arguments(),
            "--out --register --param-rk=0x00 --param-sark=0xabc123 /dev/mapper/mpatha");
  ASSERT_TRUE(persist.RegisterAndIgnoreExistingKey(kKey, Soon()).ok());
  EXPECT_EQ(Arguments(), "--out --register-ignore --param-sark=0xabc123 /dev/mapper/mpatha");
  ASSERT_TRUE(persist.Reserve(kKey, kType, Soon()).ok());
  EXPECT_EQ(Arguments(), "--out --reserve --param-rk=0xabc123 --prout-type=5 /dev/mapper/mpatha");
  ASSERT_TRUE(persist.Release(kKey, ReservationType::kExclusiveAccess, Soon()).ok());
  EXPECT_EQ(Arguments(), "--out --release --param-rk=0xabc123 --prout-type=3 /dev/mapper/mpatha");
  ASSERT_TRUE(persist.Preempt(kKey, kOther, kType, Soon()).ok());
  EXPECT_EQ(Arguments(),
            "--out --preempt --param-rk=0xabc123 --param-sark=0xbbb --prout-type=5 "
            "/dev/mapper/mpatha");
  ASSERT_TRUE(persist.PreemptAndAbort(kKey, kOther, kType, Soon()).ok());
  EXPECT_THAT(Arguments(), HasSubstr("--preempt-abort --param-rk=0xabc123 --param-sark=0xbbb"));
  ASSERT_TRUE(persist.Clear(kKey, Soon()).ok());
  EXPECT_EQ(Arguments(), "--out --clear --param-rk=0xabc123 /dev/mapper/mpatha");
}

TEST_F(PersistTest, ParsesTheOutput) {
  const auto keys = Answering(
                        "printf '  PR generation=0x2, \\t1 registered reservation key follows:\\n"
                        "    0xabc123\\n'")
                        .ReadKeys(Soon());
  ASSERT_TRUE(keys.ok()) << keys.error().ToString();
  EXPECT_THAT(keys->keys, ElementsAre(kKey));
  EXPECT_EQ(Arguments(), "--in --read-keys /dev/mapper/mpatha");
  const auto state = Answering("echo '  PR generation=0x2, there is NO reservation held '")
                         .ReadReservation(Soon());
  ASSERT_TRUE(state.ok()) << state.error().ToString();
  EXPECT_FALSE(state->reservation);
  EXPECT_EQ(Arguments(), "--in --read-reservation /dev/mapper/mpatha");
}

// From 0.11.1, which prints to standard output and standard error.
TEST_F(PersistTest, NamesAReservationConflict) {
  const Status status = Answering(
                            "echo 'persistent reserve out: scsi status: Reservation Conflict'\n"
                            "echo 'PR out: command failed'\n"
                            "exit 11\n")
                            .Reserve(kKey, kType, Soon());
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().ToString(),
              HasSubstr("/mpathpersist --out --reserve --param-rk=0xabc123 --prout-type=5 "
                        "/dev/mapper/mpatha: exit status 11 (RESERVATION CONFLICT); persistent "
                        "reserve out: scsi status: Reservation Conflict; PR out: command failed"));
}

TEST_F(PersistTest, QuotesMessagesWithoutTheUsageText) {
  const Status status =
      Answering(
          "echo \"362.632661 | mpatha: configured reservation key doesn't match: 0xabc123\" >&2\n"
          "echo 'multipath-tools v0.11.1 (01/24, 2025)' >&2\n"
          "echo 'Usage: mpathpersist [OPTIONS] [DEVICE]' >&2\n"
          "echo 'PR out: command failed'\n"
          "exit 1\n")
          .Reserve(kOther, kType, Soon());
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().reason(),
              HasSubstr("exit status 1 (bad parameter, or a key other than the configured one); "
                        "362.632661 | mpatha: configured reservation key doesn't match: 0xabc123; "
                        "PR out: command failed"));
  EXPECT_THAT(status.error().reason(), Not(HasSubstr("Usage")));
}

TEST_F(PersistTest, QuotesAnUnknownExitStatus) {
  EXPECT_THAT(Answering("exit 77").Clear(kKey, Soon()).error().reason(),
              HasSubstr("exit status 77; "));
  EXPECT_THAT(Answering("kill -9 $$").Clear(kKey, Soon()).error().reason(),
              HasSubstr("killed by signal 9"));
}

// From 0.11.1.
TEST(PersistKeys, AreParsedFromTheOutput) {
  const auto two = ParsePersistKeys(
      "  PR generation=0x1f, \t2 registered reservation keys follow:\n"
      "    0xabc123\n"
      "    0x102030405060708\n");
  ASSERT_TRUE(two.ok()) << two.error().ToString();
  EXPECT_EQ(two->generation, 0x1fU);
  EXPECT_THAT(two->keys, ElementsAre(kKey, 0x102030405060708));
  const auto none = ParsePersistKeys("  PR generation=0x0, \t0 registered reservation key.\n");
  ASSERT_TRUE(none.ok()) << none.error().ToString();
  EXPECT_THAT(none->keys, IsEmpty());
}

TEST(PersistKeys, RejectTruncatedOutput) {
  for (const char* bad : {"", "PR generation=0x", "  PR generation=0x2, ",
                          "  PR generation=0x2, \t2 registered reservation keys follow:\n    0x1\n",
                          "  PR generation=0x2, there is NO reservation held \n"}) {
    EXPECT_FALSE(ParsePersistKeys(bad).ok()) << bad;
  }
  EXPECT_EQ(ParsePersistKeys("nothing\n").error().ToString(),
            "parse mpathpersist's keys: 'nothing': unknown format");
}

TEST(PersistReservation, IsParsedFromTheOutput) {
  const auto held = ParsePersistReservation(
      "  PR generation=0x2, Reservation follows:\n"
      "   Key = 0xabc123\n"
      "  scope = LU_SCOPE, type = Write Exclusive, registrants only\n");
  ASSERT_TRUE(held.ok()) << held.error().ToString();
  EXPECT_EQ(held->generation, 2U);
  ASSERT_TRUE(held->reservation);
  EXPECT_EQ(held->reservation->key, kKey);
  EXPECT_EQ(held->reservation->type, kType);
  const auto exclusive = ParsePersistReservation(
      "  PR generation=0x2, Reservation follows:\n"
      "   Key = 0x1\n"
      "  scope = LU_SCOPE, type = Exclusive Access\n");
  EXPECT_EQ(exclusive->reservation->type, ReservationType::kExclusiveAccess);
  EXPECT_FALSE(
      ParsePersistReservation("  PR generation=0x2, there is NO reservation held \n")->reservation);
}

TEST(PersistReservation, RejectsTruncatedOutput) {
  for (const char* bad :
       {"", "  PR generation=0x2, Reservation follows:\n",
        "  PR generation=0x2, Reservation follows:\n   Key = 0xabc123\n",
        "  PR generation=0x2, Reservation follows:\n   Key = 0x1\n  scope = LU_SCOPE, type = "
        "obsolete [2]\n"}) {
    EXPECT_FALSE(ParsePersistReservation(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace dualpath::multipath
