// fio in the guest verifies its writes while paths are deleted, rescanned and switched. To run a
// job file other than soak.fio: dualpath exec --fio job.fio
//
// Labels: soak

#include "cases/soak_job.h"

#include <chrono>
#include <cstdlib>
#include <iostream>

#include "fixtures/case_tools.h"
#include "fixtures/rig_fixture.h"
#include "helpers/base/file.h"

namespace dualpath {
namespace {

/// Maximum number of rounds of faults; a job that takes longer continues without faults.
constexpr std::size_t kMostRounds = 1000;

constexpr std::size_t kRoundsPerLine = 4;

class Soak : public GuestTest {
 protected:
  std::vector<host::Missing> AlsoMissing() const override { return host::Requirements().ForFio(); }

  static Result<std::string> Job() {
    const char* file = std::getenv("DUALPATH_FIO_JOB");
    if (file == nullptr) return std::string(kSoakJob);
    return ReadFile(file);
  }

  /// The topology after a read by this host: fio may exit at any time, and a new table has no
  /// active group until there is I/O.
  Observable<multipath::Map> TopologyInUse() {
    return {"the topology of " + rig().map() + " in use", [this]() -> Result<multipath::Map> {
              DUALPATH_TRY_STATUS(rig().ReadFromMap());
              return rig().Topology();
            }};
  }

  /// Deletes and rescans the path that carries the I/O, then switches to it and back.
  void DisturbPaths(std::size_t active, std::size_t other) {
    ASSERT_OK(rig().path(active).Delete());
    ASSERT_THAT(TopologyInUse(), Eventually(PathGroups({Active(rig().path(other))})));
    ASSERT_OK(rig().path(active).Rescan());
    ASSERT_THAT(TopologyInUse(),
                Eventually(PathGroups({Active(rig().path(other)), Enabled(rig().path(active))})));

    ASSERT_OK(rig().SwitchToGroup(1));
    ASSERT_THAT(TopologyInUse(),
                Eventually(PathGroups({Enabled(rig().path(other)), Active(rig().path(active))})));
    ASSERT_OK(rig().SwitchToGroup(0));
    ASSERT_THAT(TopologyInUse(),
                Eventually(PathGroups({Active(rig().path(other)), Enabled(rig().path(active))})));
  }
};

// Catalogue: D3 O3
TEST_F(Soak, FioVerifiesItsBlocksWhilePathsComeAndGo) {
  ASSERT_OK_AND_ASSIGN(const std::string job, Job());
  ASSERT_OK_AND_ASSIGN(auto fio, guest().RunFio(job));

  std::size_t rounds = 0;
  const auto begun = Now();
  for (bool ended = false; !ended && rounds < kMostRounds;) {
    SCOPED_TRACE(rounds);
    ASSERT_NO_FATAL_FAILURE(DisturbPaths(rounds % 2, 1 - rounds % 2));
    ASSERT_OK_AND_ASSIGN(ended, fio.HasEnded());
    if (!ended) ++rounds;
    // Nothing else tells a user what his job does for minutes.
    if (!ended && rounds % kRoundsPerLine == 0) {
      std::cout << "fio has been running for "
                << std::chrono::duration_cast<std::chrono::seconds>(Now() - begun).count()
                << " s of this machine's time; rounds of faults: " << rounds << std::endl;
    }
  }

  ASSERT_OK_AND_ASSIGN(const auto report, fio.AwaitEnd());
  RecordProperty("rounds", static_cast<int>(rounds));
  ASSERT_OK(KeepResult("fio.json", report.json));
  EXPECT_THAT(report, FioSucceeded());
  EXPECT_GE(rounds, 1U) << "fio exited during the first round of faults: give the job more work "
                           "with size=, io_size=, or time_based and runtime=";
}

}  // namespace
}  // namespace dualpath
