#include "helpers/process/process_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>

#include "helpers/process/fake_proc.h"

namespace dualpath::process {
namespace {

TEST(ProcessTable, ListsProcessesWithoutZombies) {
  FakeProc proc;
  proc.Start(431, "multipathd", 1, 512);
  proc.Start(77, "a (b) c", 431, 9000);
  proc.Start(78, "zombie", 77, 9001, 'Z');
  const auto processes = RunningProcesses(proc.root());
  ASSERT_TRUE(processes.ok()) << processes.error().ToString();
  ASSERT_EQ(processes->size(), 2U);
  EXPECT_EQ(processes->at(0).name, "a (b) c");
  EXPECT_EQ(processes->at(0).parent, 431);
  EXPECT_EQ(processes->at(1).pid, 431);
  EXPECT_EQ(processes->at(1).started, 512U);
}

TEST(ProcessTable, HasThisProcess) {
  const auto processes = RunningProcesses();
  ASSERT_TRUE(processes.ok()) << processes.error().ToString();
  const auto self = std::find_if(processes->begin(), processes->end(),
                                 [](const auto& process) { return process.pid == ::getpid(); });
  ASSERT_NE(self, processes->end());
  EXPECT_EQ(self->parent, ::getppid());
  EXPECT_GT(self->started, 0U);
}

TEST(ProcessTable, RejectsMalformedEntries) {
  for (const char* stat : {"", "431", "431 (x", "x (y) S 1", "431 (x) S 1 2 3"}) {
    EXPECT_FALSE(ParseProcessStat(stat).ok()) << stat;
  }
  EXPECT_FALSE(RunningProcesses("/no/such/proc").ok());
}

}  // namespace
}  // namespace dualpath::process
