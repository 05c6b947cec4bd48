#include "helpers/lab/cpu_slot.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <chrono>
#include <set>
#include <vector>

#include "helpers/base/eventually.h"
#include "helpers/process/process.h"

namespace dualpath::lab {
namespace {

TEST(CpuSlot, TakesADifferentCpuEachTimeUntilNoneIsLeft) {
  cpu_set_t ours;
  ASSERT_EQ(::sched_getaffinity(0, sizeof(ours), &ours), 0);
  std::vector<CpuSlot> slots;
  std::set<int> cpus;
  while (auto slot = CpuSlot::Take()) {
    EXPECT_TRUE(CPU_ISSET(slot->cpu(), &ours));
    EXPECT_TRUE(cpus.insert(slot->cpu()).second) << "taken twice";
    slots.push_back(std::move(*slot));
  }
  // VMs of other processes may have some.
  EXPECT_LE(slots.size(), static_cast<std::size_t>(CPU_COUNT(&ours)));
  if (slots.empty()) GTEST_SKIP() << "every CPU has the VM of another process";
  slots.pop_back();
  // Repeated, since other processes may take it first.
  EXPECT_TRUE(PollUntil(Deadline::In(std::chrono::seconds(20)), [] {
    return CpuSlot::Take().has_value();
  })) << "not released";
}

TEST(CpuSlot, MovesAProcessToItsCpu) {
  const auto slot = CpuSlot::Take();
  if (!slot) GTEST_SKIP() << "every CPU has the VM of another process";
  auto process = process::Background::Start({{"sleep", "60"}}, {});
  ASSERT_TRUE(process.ok()) << process.error().ToString();
  slot->Hold(process->pid());
  cpu_set_t its;
  ASSERT_EQ(::sched_getaffinity(process->pid(), sizeof(its), &its), 0);
  EXPECT_EQ(CPU_COUNT(&its), 1);
  EXPECT_TRUE(CPU_ISSET(slot->cpu(), &its));
  slot->Hold(0);  // no such process
}

}  // namespace
}  // namespace dualpath::lab
