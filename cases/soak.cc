// fio in the guest verifies what it writes while paths are deleted, rescanned and switched. Another
// job file than soak.fio: dualpath exec --fio job.fio
// Labels: soak

#include "cases/soak_job.h"

#include <cstdlib>

#include "fixtures/results.h"
#include "fixtures/rig_fixture.h"
#include "helpers/base/file.h"

namespace dualpath {
namespace {

/// Faults end here, should a job be longer.
constexpr std::size_t kMostRounds = 1000;

class Soak : public GuestTest {
 protected:
  std::vector<host::Missing> AlsoMissing() const override { return host::Requirements().ForFio(); }

  static Result<std::string> Job() {
    const char* file = std::getenv("DUALPATH_FIO_JOB");
    if (file == nullptr) return std::string(kSoakJob);
    return ReadFile(file);
  }

  /// The topology after a read of our own: fio may be done at any time, and without I/O no group
  /// is active in a new table.
  Observable<multipath::Map> TopologyInUse() {
    return {"the topology of " + rig().map() + " in use", [this]() -> Result<multipath::Map> {
              DUALPATH_TRY_STATUS(rig().ReadFromMap());
              return rig().Topology();
            }};
  }

  /// The path that carries the I/O goes and comes back; then both take turns without a fault.
  void DisturbPaths(std::size_t active, std::size_t other) {
    ASSERT_OK(rig().path(active).Delete());
    ASSERT_THAT(TopologyInUse(), Eventually(PathGroups({Active(path(other))})));
    ASSERT_OK(rig().path(active).Rescan());
    ASSERT_THAT(TopologyInUse(),
                Eventually(PathGroups({Active(path(other)), Enabled(path(active))})));

    ASSERT_OK(rig().SwitchToGroup(1));
    ASSERT_THAT(TopologyInUse(),
                Eventually(PathGroups({Enabled(path(other)), Active(path(active))})));
    ASSERT_OK(rig().SwitchToGroup(0));
    ASSERT_THAT(TopologyInUse(),
                Eventually(PathGroups({Active(path(other)), Enabled(path(active))})));
  }
};

TEST_F(Soak, FioVerifiesItsBlocksWhilePathsComeAndGo) {
  ASSERT_OK_AND_ASSIGN(const std::string job, Job());
  ASSERT_OK_AND_ASSIGN(auto fio, guest().RunFio(job));

  std::size_t rounds = 0;
  for (bool over = false; !over && rounds < kMostRounds;) {
    SCOPED_TRACE(rounds);
    ASSERT_NO_FATAL_FAILURE(DisturbPaths(rounds % 2, 1 - rounds % 2));
    ASSERT_OK_AND_ASSIGN(over, fio.IsOver());
    if (!over) ++rounds;
  }

  ASSERT_OK_AND_ASSIGN(const auto report, fio.AwaitEnd());
  RecordProperty("rounds", static_cast<int>(rounds));
  ASSERT_OK(KeepResult("fio.json", report.json));
  EXPECT_THAT(report, FioSucceeded());
  EXPECT_GE(rounds, 1U) << "fio was done before the paths had gone and come once: it needs more to "
                           "do, as by size=, io_size= or time_based and runtime=";
}

}  // namespace
}  // namespace dualpath
