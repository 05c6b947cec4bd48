#include "ci/dualpath/fio_job.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::cli {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;

class FioJobTest : public ::testing::Test {
 protected:
  std::string Put(const std::string& content) const {
    const std::string file = directory_.path() + "/job.fio";
    EXPECT_TRUE(WriteFileAtomically(file, content).ok());
    return file;
  }

  static std::string Refusal(const std::string& file) {
    const Status checked = CheckFioJob(file);
    return checked.ok() ? "accepted" : checked.error().ToString();
  }

  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
};

TEST_F(FioJobTest, AcceptsAFileThatNamesTheGuestsDisk) {
  EXPECT_EQ(Refusal(Put("[mine]\nfilename=${DISK}\nrw=randwrite\nsize=1m\n")), "accepted");
}

TEST_F(FioJobTest, RejectsAnythingButARegularFile) {
  EXPECT_EQ(Refusal("/no/such/job.fio"),
            "use as a fio job: /no/such/job.fio: No such file or directory (errno 2)");
  EXPECT_EQ(Refusal(directory_.path()),
            "use as a fio job: " + directory_.path() + ": not a regular file");
  EXPECT_EQ(Refusal("/dev/zero"), "use as a fio job: /dev/zero: not a regular file");
}

TEST_F(FioJobTest, RejectsAnUnreadableFile) {
  if (::geteuid() == 0) GTEST_SKIP() << "root reads everything";
  const std::string file = Put("[mine]\nfilename=${DISK}\n");
  ASSERT_EQ(::chmod(file.c_str(), 0), 0);
  EXPECT_THAT(Refusal(file), ::testing::HasSubstr("read file: " + file + ": Permission denied"));
}

TEST_F(FioJobTest, RejectsALargeFile) {
  const std::string file = Put("filename=${DISK}\n" + std::string(65536, '#'));
  EXPECT_EQ(Refusal(file),
            "use as a fio job: " + file + ": 65553 bytes; a job file may have at most 65536");
}

TEST_F(FioJobTest, RejectsAFileThatDoesNotNameTheDisk) {
  const std::string file = Put("[mine]\nfilename=/dev/sda\n");
  EXPECT_EQ(Refusal(file), "use as a fio job: " + file +
                               ": does not name the guest's disk, ${DISK}, as in "
                               "filename=${DISK}");
}

constexpr char kUsual[] =
    "[job]\nfilename=${DISK}\nrw=randrw\nbs=16k\niodepth=4\nsize=64m\nruntime=30\ntime_based\n";

TEST(FioJob, RunsForItsRuntime) {
  EXPECT_EQ(RuntimeOf(kUsual), seconds(30));
  EXPECT_EQ(RuntimeOf("[a]\nruntime = 2m\nramp_time=5s\n"), seconds(125));
  EXPECT_EQ(RuntimeOf("; [x]\n[global]\nruntime=10\n[a]\n[b]\nruntime=20\n"), seconds(20));
  EXPECT_EQ(RuntimeOf("[global]\nruntime=10\n[a]\n[b]\nstonewall\n"), seconds(20));
  for (const char* job : {"", "[global]\nruntime=10\n", "[a]\nsize=64m\n", "[a]\nruntime=0\n",
                          "[a]\nruntime=x\n", "[a]\nruntime=10\n[b]\nsize=1m\n"}) {
    EXPECT_EQ(RuntimeOf(job), std::nullopt) << job;
  }
}

TEST(FioJob, IsGivenTheTimeThatItTakes) {
  seconds timeout{600};
  std::string text;
  ASSERT_TRUE(PlanFioJob(kUsual, false, timeout, text).ok());
  EXPECT_EQ(timeout, seconds(600));
  EXPECT_THAT(text, HasSubstr("30 s on the VM's clock"));
  EXPECT_THAT(text, HasSubstr("some 360 s of CPU time; it is stopped after 600 s"));
  ASSERT_TRUE(PlanFioJob("[a]\nruntime=60\n", false, timeout, text).ok());
  EXPECT_EQ(timeout, seconds(1080));

  timeout = seconds(100);
  const Status refused = PlanFioJob(kUsual, true, timeout, text);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().ToString(), HasSubstr("some 360 s of CPU time"));
  EXPECT_THAT(refused.error().ToString(), HasSubstr("--timeout is 100"));

  ASSERT_TRUE(PlanFioJob("[a]\nsize=64m\n", true, timeout, text).ok());
  EXPECT_EQ(timeout, seconds(100));
  EXPECT_THAT(text, HasSubstr("has no runtime="));
}

}  // namespace
}  // namespace dualpath::cli
