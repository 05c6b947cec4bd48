// Measures the overhead of the agent, compared with fio, without a verdict.
//
// Labels: benchmark

#include <algorithm>
#include <iostream>
#include <numeric>

#include "fixtures/rig_fixture.h"

namespace dualpath {
namespace {

using std::chrono::nanoseconds;
using ::testing::Field;

constexpr std::uint64_t kWrites = 200;

/// Latency of one program's writes at queue depth 1.
struct Figures {
  nanoseconds mean{0};
  nanoseconds median{0};
  nanoseconds period{0};  ///< time from the start of a write to the start of the next
};

double Milliseconds(nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

std::ostream& operator<<(std::ostream& out, const Figures& figures) {
  return out << "mean " << Milliseconds(figures.mean) << " ms, median "
             << Milliseconds(figures.median) << " ms, one every " << Milliseconds(figures.period)
             << " ms";
}

Figures FiguresOf(const guest::IoReport& report) {
  std::vector<nanoseconds> took;
  for (const guest::IoResult& result : report.results) took.push_back(result.Took());
  std::sort(took.begin(), took.end());
  const auto count = static_cast<std::int64_t>(took.size());
  return {std::accumulate(took.begin(), took.end(), nanoseconds(0)) / count, took[took.size() / 2],
          (report.results.back().end - report.results.front().start) / count};
}

Figures FiguresOf(const guest::FioDirection& writes) {
  return {writes.latency.mean, writes.latency.median,
          nanoseconds(writes.runtime) / static_cast<std::int64_t>(writes.ios)};
}

class Benchmark : public GuestTest {
 protected:
  std::vector<host::Missing> AlsoMissing() const override { return host::Requirements().ForFio(); }

  void Report(const std::string& name, double value) {
    RecordProperty(name, std::to_string(value));
    std::cout << name << " " << value << "\n";
  }
};

TEST_F(Benchmark, AgentAndFioDirectWritesAtQueueDepthOne) {
  guest::IoOptions options;
  options.interval = std::chrono::microseconds(0);
  options.max_count = kWrites;
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartIo(options));
  ASSERT_THAT(io.status(), Eventually(Field(&guest::IoStatus::running, false)));
  ASSERT_OK_AND_ASSIGN(const auto of_agent, io.Stop());
  ASSERT_THAT(of_agent, CompletedWithoutErrors());
  ASSERT_EQ(of_agent.results.size(), kWrites);

  ASSERT_OK_AND_ASSIGN(auto fio, guest().RunFio("[benchmark]\nfilename=${DISK}\nioengine=psync\n"
                                                "direct=1\nrw=write\nbs=4k\niodepth=1\nsize=4m\n"
                                                "number_ios=" +
                                                std::to_string(kWrites) + "\n"));
  ASSERT_OK_AND_ASSIGN(const auto of_fio, fio.AwaitEnd());
  ASSERT_THAT(of_fio, FioSucceeded());
  ASSERT_EQ(of_fio.jobs[0].write.ios, kWrites);

  const Figures agent = FiguresOf(of_agent);
  const Figures other = FiguresOf(of_fio.jobs[0].write);
  std::cout << kWrites << " writes of 4 KiB each\nagent: " << agent << "\nfio:   " << other << "\n";
  Report("agent_mean_ms", Milliseconds(agent.mean));
  Report("agent_median_ms", Milliseconds(agent.median));
  Report("fio_mean_ms", Milliseconds(other.mean));
  Report("fio_median_ms", Milliseconds(other.median));
  Report("median_agent_to_fio", Milliseconds(agent.median) / Milliseconds(other.median));
  Report("period_agent_to_fio", Milliseconds(agent.period) / Milliseconds(other.period));
  // The time between two writes, in which the agent fills a block and stores a result.
  Report("agent_overhead_to_fio_latency",
         Milliseconds(agent.period - agent.mean) / Milliseconds(other.mean));
  Report("fio_overhead_to_its_latency",
         Milliseconds(other.period - other.mean) / Milliseconds(other.mean));
}

}  // namespace
}  // namespace dualpath
