// How long the oracle takes for 1 GiB: --gtest_also_run_disabled_tests
// --gtest_filter='OracleBenchmark.*', on an idle machine.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <iostream>
#include <vector>

#include "helpers/base/temporary_directory.h"
#include "helpers/base/unique_fd.h"
#include "helpers/guest/oracle.h"

namespace dualpath::guest {
namespace {

constexpr std::uint64_t kGibibyte = std::uint64_t{1} << 30;

class OracleBenchmark : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(OracleBenchmark, DISABLED_ChecksOneGibibyte) {
  const TemporaryDirectory directory = *TemporaryDirectory::Create();
  const std::string file = directory.path() + "/storage.raw";
  const UniqueFd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  IoReport report;
  report.options.block_bytes = GetParam();
  std::vector<std::uint64_t> words(GetParam() / sizeof(std::uint64_t));
  for (std::uint64_t block = 0; block < kGibibyte / GetParam(); ++block) {
    FillBlock(words.data(), GetParam(), {report.options.run_id, block, block + 1});
    ASSERT_EQ(::write(fd.get(), words.data(), GetParam()), static_cast<ssize_t>(GetParam()));
    IoResult result;
    result.sequence = block + 1;
    result.block = block;
    report.results.push_back(result);
  }

  const auto begun = std::chrono::steady_clock::now();
  const Status holds = HoldsAcknowledgedWrites(file, report);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;

  EXPECT_TRUE(holds.ok()) << holds.error().ToString();
  std::cout << "1 GiB in blocks of " << GetParam() << " bytes: " << took.count() << " s\n";
  RecordProperty("milliseconds", static_cast<int>(took.count() * 1000));
}

INSTANTIATE_TEST_SUITE_P(Blocks, OracleBenchmark, ::testing::Values(512, 4096, 1 << 20));

}  // namespace
}  // namespace dualpath::guest
