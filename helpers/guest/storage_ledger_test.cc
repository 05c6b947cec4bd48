#include "helpers/guest/storage_ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <vector>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::guest {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr std::uint32_t kBytes = 4096;

/// A run of two blocks that wrote each once, on a file of 1 MiB.
class StorageLedgerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(WriteFileAtomically(file_, "").ok());
    std::filesystem::resize_file(file_, std::uint64_t{1} << 20);
    report_ = Run(3);
  }

  /// Starts and ends a run, and acknowledges its writes.
  IoReport Run(std::uint64_t run_id, std::uint64_t first_block = 0) {
    IoReport report;
    report.options.run_id = run_id;
    report.options.first_block = first_block;
    report.options.block_count = 2;
    report.before = std::make_shared<StorageImage>(*StorageImage::Take(file_, report.Range()));
    ledger_.Started(run_id, report.Range());
    for (std::uint64_t n = 0; n < 2; ++n) {
      Put(first_block + n, {run_id, first_block + n, n + 1});
      report.results.emplace_back();
      report.results.back().block = first_block + n;
      report.results.back().sequence = n + 1;
    }
    return report;
  }

  void Put(std::uint64_t block, const BlockIdentity& identity) {
    std::vector<std::uint64_t> words(kBytes / sizeof(std::uint64_t));
    FillBlock(words.data(), kBytes, identity);
    const std::string content(reinterpret_cast<const char*>(words.data()), kBytes);
    ASSERT_TRUE(WriteAt(file_, block * kBytes, content).ok());
  }

  std::string WhyNot() {
    const Status holds = ledger_.Judge(file_, report_);
    return holds.ok() ? "nothing wrong" : holds.error().ToString();
  }
  std::string WhyNoLonger() const {
    const Status holds = ledger_.JudgeAgain(file_);
    return holds.ok() ? "nothing wrong" : holds.error().ToString();
  }

  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
  std::string file_ = directory_.path() + "/storage.raw";
  StorageLedger ledger_;
  IoReport report_;
};

TEST_F(StorageLedgerTest, AWriteThatLandsAfterTheFirstLookIsFoundByTheSecond) {
  ASSERT_EQ(WhyNot(), "nothing wrong");
  ASSERT_EQ(WhyNoLonger(), "nothing wrong");
  Put(1, {2, 1, 9});
  EXPECT_THAT(WhyNoLonger(),
              AllOf(HasSubstr("look at the storage again after the case"), HasSubstr("block 1 of"),
                    HasSubstr("foreign: expected sequence 2 of run 3")));
}

TEST_F(StorageLedgerTest, AMisdirectedWriteIsFound) {
  Put(100, {3, 1, 2});
  EXPECT_THAT(WhyNot(), HasSubstr("misdirected: byte 409600 held zeros before the run, holds "
                                  "sequence 2 of run 3 for block 1"));
}

TEST_F(StorageLedgerTest, ARunThatWasFoundWrongIsNotJudgedAgain) {
  Put(1, {2, 1, 9});
  EXPECT_THAT(WhyNot(), HasSubstr("foreign"));
  EXPECT_EQ(WhyNoLonger(), "nothing wrong");
}

TEST_F(StorageLedgerTest, WhatALaterRunWroteIsNotHeldAgainstAnEarlierOne) {
  ASSERT_EQ(WhyNot(), "nothing wrong");
  const IoReport second = Run(4, 1);
  EXPECT_EQ(WhyNoLonger(), "nothing wrong");
  EXPECT_TRUE(ledger_.Judge(file_, second).ok());
  Put(0, {4, 1, 2});
  EXPECT_THAT(WhyNoLonger(), HasSubstr("block 0 of"));
}

TEST_F(StorageLedgerTest, WhatAnEarlierRunWroteLateIsHeldAgainstALaterOne) {
  ASSERT_EQ(WhyNot(), "nothing wrong");
  report_ = Run(4);
  Put(0, {3, 0, 1});
  EXPECT_THAT(WhyNot(), HasSubstr("foreign: expected sequence 1 of run 4 for block 0, holds "
                                  "sequence 1 of run 3 for block 0"));
}

TEST_F(StorageLedgerTest, WhatTheCaseWroteByOtherMeansIsExpected) {
  ledger_.AlsoWritten({100 * kBytes, 101 * kBytes});
  Put(100, {3, 1, 2});
  EXPECT_EQ(WhyNot(), "nothing wrong");
}

}  // namespace
}  // namespace dualpath::guest
