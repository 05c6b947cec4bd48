#include "helpers/guest/pr_helper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "helpers/base/eventually.h"
#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/process/process.h"

namespace dualpath::guest {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A fake /proc.
class PrHelperTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto directory = TemporaryDirectory::Create();
    ASSERT_TRUE(directory.ok()) << directory.error().ToString();
    directory_.emplace(std::move(*directory));
    Put("self", "qemu-pr-helper", "/x/domain-1-dualpath-guest/pr-helper0.sock");
    Put("100", "/bin/cat", "/x/domain-1-dualpath-guest/pr-helper0.sock");
    Put("101", "/usr/bin/qemu-pr-helper", "/x/domain-2-other/pr-helper0.sock");
  }
  void Put(const std::string& process, const std::string& program, const std::string& socket) {
    std::string command_line;
    for (const std::string& argument : {program, std::string("-k"), socket}) {
      command_line += argument;
      command_line += '\0';
    }
    ASSERT_TRUE(
        WriteFileAtomically(directory_->path() + "/" + process + "/cmdline", command_line).ok());
  }
  PrHelper Helper(const std::string& domain = "dualpath-guest") const {
    return PrHelper(domain, directory_->path());
  }

  std::optional<TemporaryDirectory> directory_;
};

TEST_F(PrHelperTest, BelongsToTheDomain) {
  EXPECT_THAT(*Helper().Pids(), IsEmpty());
  Put("103", "/usr/bin/qemu-pr-helper", "/x/domain-1-dualpath-guest/pr-helper0.sock");
  Put("102", "qemu-pr-helper", "/x/domain-1-dualpath-guest/pr-helper0.sock");
  EXPECT_THAT(*Helper().Pids(), ElementsAre(102, 103));
  EXPECT_THAT(*Helper("other").Pids(), ElementsAre(101));
  EXPECT_THAT(*Helper("guest").Pids(), IsEmpty()) << "only a suffix of the name";
}

TEST_F(PrHelperTest, IsFoundByTheTwentyCharactersThatLibvirtKeeps) {
  Put("104", "qemu-pr-helper", "/x/domain-3-abcdefghijklmnopqrst/pr-helper0.sock");
  EXPECT_THAT(*Helper("abcdefghijklmnopqrstuvwxyz").Pids(), ElementsAre(104));
}

TEST_F(PrHelperTest, IsKilledOnlyIfExactlyOneRuns) {
  EXPECT_EQ(Helper().Kill().error().ToString(),
            "send signal 9 to qemu-pr-helper: dualpath-guest: libvirt runs 0 for this domain");
}

TEST_F(PrHelperTest, SupportsMultipathIfLinkedWithTheLibrary) {
  const std::string program = directory_->path() + "/qemu-pr-helper";
  EXPECT_FALSE(SupportsMultipath(program).ok());
  using namespace std::string_literals;
  ASSERT_TRUE(WriteFileAtomically(program, "\177ELF\0libudev.so.1\0libmpathpersist.so.0\0"s).ok());
  EXPECT_TRUE(*SupportsMultipath(program));
  ASSERT_TRUE(WriteFileAtomically(program, "\177ELF\0libudev.so.1\0libc.so.6\0"s).ok());
  EXPECT_FALSE(*SupportsMultipath(program));
}

TEST(PrHelper, HasEndedWhenKillReturns) {
  // Only the command line matters: tail continues if a file cannot be opened.
  const auto running = process::Background::Start(
      {{"bash", "-c",
        "exec -a qemu-pr-helper tail -f /dev/null /x/domain-1-of-a-test/pr-helper0.sock "
        "2> /dev/null"}},
      {});
  ASSERT_TRUE(running.ok()) << running.error().ToString();
  const PrHelper helper("of-a-test");
  ASSERT_TRUE(PollUntil(Deadline::In(std::chrono::seconds(10)),
                        [&] { return helper.Pids()->size() == 1; }));
  const Status halted = helper.Halt();
  ASSERT_TRUE(halted.ok()) << halted.error().ToString();
  EXPECT_THAT(*helper.Pids(), ElementsAre(running->pid()));
  const Status killed = helper.Kill();
  ASSERT_TRUE(killed.ok()) << killed.error().ToString();
  EXPECT_THAT(*helper.Pids(), IsEmpty());
}

}  // namespace
}  // namespace dualpath::guest
