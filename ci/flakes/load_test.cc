#include "ci/flakes/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <filesystem>

#include "helpers/base/deadline.h"
#include "helpers/base/eventually.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::flakes {
namespace {

double CpuSeconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

TEST(Load, UsesTheCpuAndLeavesNothing) {
  const TemporaryDirectory directory = *TemporaryDirectory::Create();
  const double before = CpuSeconds();
  {
    const Load load(2, directory.path());
    EXPECT_TRUE(PollUntil(Deadline::In(std::chrono::seconds(50)),
                          [&] { return CpuSeconds() > before + 0.05; }));
  }
  const double after = CpuSeconds();
  EXPECT_GT(after, before + 0.05);
  for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
    EXPECT_EQ(entry.path().filename(), "lock");
  }
}

}  // namespace
}  // namespace dualpath::flakes
