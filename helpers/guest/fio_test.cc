#include "helpers/guest/fio.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <sstream>

namespace dualpath::guest {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// Output of fio 3.33, shortened to the fields that are parsed.
constexpr char kVerifyFailed[] = R"(crc32c: verify failed at file /dev/sda offset 20480, length 4096
fio: pid=1036, err=84/file:io_u.c:2152, func=io_u_sync_complete
{
  "fio version" : "fio-3.33",
  "jobs" : [
    {
      "jobname" : "soak",
      "error" : 84,
      "read" : {
        "io_bytes" : 24576,
        "runtime" : 12,
        "total_ios" : 6,
        "clat_ns" : {
          "max" : 543383,
          "mean" : 1692.438477,
          "percentile" : {
            "50.000000" : 764
          }
        }
      },
      "write" : {
        "io_bytes" : 0,
        "runtime" : 0,
        "total_ios" : 0,
        "clat_ns" : {
          "max" : 0,
          "mean" : 0.000000
        }
      }
    }
  ],
  "disk_util" : [
  ]
}

fio: a last word
)";

TEST(FioOutput, HasTheFiguresOfEachJob) {
  const auto report = ParseFioOutput(kVerifyFailed, {1, 0});
  ASSERT_TRUE(report.ok()) << report.error().ToString();
  ASSERT_THAT(report->jobs, SizeIs(1));
  const FioJob& job = report->jobs[0];
  EXPECT_EQ(job.name, "soak");
  EXPECT_EQ(job.error, EILSEQ);
  EXPECT_EQ(job.errors, 1U);
  EXPECT_EQ(job.read.ios, 6U);
  EXPECT_EQ(job.read.bytes, 24576U);
  EXPECT_EQ(job.read.runtime, milliseconds(12));
  EXPECT_EQ(job.read.latency.mean, nanoseconds(1692));
  EXPECT_EQ(job.read.latency.median, nanoseconds(764));
  EXPECT_EQ(job.read.latency.longest, nanoseconds(543383));
  EXPECT_EQ(job.write.ios, 0U);
  EXPECT_EQ(report->exit.code, 1);
}

TEST(FioOutput, IsSplitIntoJsonAndMessages) {
  const auto report = ParseFioOutput(kVerifyFailed, {1, 0});
  ASSERT_TRUE(report.ok()) << report.error().ToString();
  EXPECT_EQ(report->json.substr(0, 29), "{\n  \"fio version\" : \"fio-3.33");
  EXPECT_EQ(report->json.substr(report->json.size() - 6), "  ]\n}\n");
  EXPECT_EQ(report->messages,
            "crc32c: verify failed at file /dev/sda offset 20480, length 4096\n"
            "fio: pid=1036, err=84/file:io_u.c:2152, func=io_u_sync_complete\n"
            "\n\nfio: a last word\n");
  std::ostringstream printed;
  printed << *report;
  EXPECT_THAT(printed.str(), AllOf(HasSubstr("job soak: 0 writes, 6 reads, error 84 ("),
                                   HasSubstr("verify failed"), HasSubstr("exit status 1")));
}

TEST(FioOutput, ABadJobIsAnErrorThatQuotesFio) {
  const auto report = ParseFioOutput("Bad option <bogus=1>\nfio: job w dropped\n", {1, 0});
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().ToString(),
            "run fio: in the guest: exit status 1; output: Bad option <bogus=1>\nfio: job w "
            "dropped\n");
  EXPECT_THAT(ParseFioOutput("", {0, 9}).error().ToString(), HasSubstr("killed by signal 9"));
}

TEST(FioOutput, UnknownJsonIsAnError) {
  for (const char* odd : {"{\n}\n", "{\n \"jobs\": [{}]\n}\n", "{\n \"jobs\": [\n}\n",
                          "{\n \"jobs\": [{\"jobname\": 7}]\n}\n"}) {
    const auto report = ParseFioOutput(odd, {0, 0});
    ASSERT_FALSE(report.ok()) << odd;
    EXPECT_THAT(report.error().ToString(),
                AllOf(HasSubstr("parse fio's JSON: "), HasSubstr("fio 3 or newer is required")));
  }
}

TEST(FioOutput, CountsTheErrorsOfAJobThatContinues) {
  std::string text = kVerifyFailed;
  text.insert(text.find("\"read\""), "\"total_err\" : 3, \"first_error\" : 84,\n      ");
  const auto report = ParseFioOutput(text, {0, 0});
  ASSERT_TRUE(report.ok()) << report.error().ToString();
  EXPECT_EQ(report->jobs[0].errors, 3U);
}

TEST(Fio, IsCollectedWithoutTheLibrariesOfOtherStorage) {
  if (process::FindProgram("fio").empty()) GTEST_SKIP() << "fio is not installed";
  const auto fio = GatherFio(Deadline::In(std::chrono::seconds(30)));
  ASSERT_TRUE(fio.ok()) << fio.error().ToString();
  EXPECT_LT(fio->Bytes(), std::size_t{12} << 20);
  EXPECT_TRUE(
      std::none_of(fio->files.begin(), fio->files.end(), [](const ProgramFiles::File& file) {
        return file.path.find("librbd") != std::string::npos;
      }));
}

}  // namespace
}  // namespace dualpath::guest
