#include "ci/dualpath/fio_job.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::cli {
namespace {

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

}  // namespace
}  // namespace dualpath::cli
