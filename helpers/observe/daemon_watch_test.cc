#include "helpers/observe/daemon_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helpers/matchers/status_matchers.h"
#include "helpers/process/fake_proc.h"

namespace dualpath::observe {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DaemonWatchTest : public ::testing::Test {
 protected:
  std::vector<std::string> Ended() {
    const auto ended = watch_.Ended();
    EXPECT_OK(ended);
    return ended.ok() ? *ended : std::vector<std::string>();
  }

  process::FakeProc proc_;
  DaemonWatch watch_{proc_.root()};
};

TEST_F(DaemonWatchTest, NoticesADaemonThatEnds) {
  proc_.Start(431, "multipathd");
  ASSERT_OK(watch_.Watch(Multipathd()));
  EXPECT_THAT(Ended(), IsEmpty());
  proc_.End(431);
  EXPECT_THAT(Ended(),
              ElementsAre("multipathd (process 431) ended during the case; now no process"));
}

TEST_F(DaemonWatchTest, NoticesADaemonThatWasStartedAgain) {
  proc_.Start(431, "multipathd");
  ASSERT_OK(watch_.Watch(Multipathd()));
  proc_.End(431);
  proc_.Start(502, "multipathd");
  EXPECT_THAT(Ended(),
              ElementsAre("multipathd (process 431) ended during the case; now process 502"));
  proc_.End(502);
  proc_.Start(431, "multipathd", 1, 200);
  EXPECT_THAT(Ended(), ElementsAre(HasSubstr("ended"))) << "the same pid, but another process";
}

TEST_F(DaemonWatchTest, AZombieHasEnded) {
  proc_.Start(431, "multipathd");
  ASSERT_OK(watch_.Watch(Multipathd()));
  proc_.Start(431, "multipathd", 1, 100, 'Z');
  EXPECT_THAT(Ended(), ElementsAre(HasSubstr("ended")));
}

TEST_F(DaemonWatchTest, AllowsWhatTheCaseEnds) {
  proc_.Start(431, "multipathd");
  ASSERT_OK(watch_.Watch(Multipathd()));
  watch_.Release("multipathd");
  proc_.End(431);
  EXPECT_THAT(Ended(), IsEmpty());
  proc_.Start(502, "multipathd");
  ASSERT_OK(watch_.Watch(Multipathd()));
  EXPECT_THAT(Ended(), IsEmpty());
  proc_.End(502);
  EXPECT_THAT(Ended(), ElementsAre(HasSubstr("502"))) << "watched again after its start";
}

TEST_F(DaemonWatchTest, TellsOurQemuFromOthers) {
  proc_.Start(70, "qemu-system-x86", 1, 100, 'S', "-name\0guest=theirs");
  EXPECT_THAT(watch_.Watch(QemuOf("dualpath")), FailsWith("watch daemon: QEMU: not running"));
  proc_.Start(71, "qemu-system-x86", 1, 100, 'S', "-name guest=dualpath,debug-threads=on");
  ASSERT_OK(watch_.Watch(QemuOf("dualpath")));
  proc_.End(70);
  EXPECT_THAT(Ended(), IsEmpty());
  proc_.End(71);
  EXPECT_THAT(Ended(), ElementsAre("QEMU (process 71) ended during the case; now no process"));
}

TEST_F(DaemonWatchTest, AHelperIsOptional) {
  ASSERT_OK(watch_.Watch(PrHelperOf("dualpath")));
  proc_.Start(80, "qemu-pr-helper", 1, 100, 'S',
              "-k /var/lib/libvirt/qemu/domain-1-dualpath/pr-helper0.sock");
  EXPECT_THAT(Ended(), IsEmpty()) << "one that started is no crash";
  ASSERT_OK(watch_.Watch(PrHelperOf("dualpath")));
  proc_.End(80);
  EXPECT_THAT(Ended(), ElementsAre(HasSubstr("qemu-pr-helper (process 80)")));
}

TEST_F(DaemonWatchTest, IgnoresAChildThatIsAboutToRunAnotherProgram) {
  proc_.Start(90, "libvirtd");
  proc_.Start(91, "libvirtd", 90);
  ASSERT_OK(watch_.Watch(Libvirt()));
  proc_.End(91);
  EXPECT_THAT(Ended(), IsEmpty());
}

TEST_F(DaemonWatchTest, FailsIfItCannotLook) {
  DaemonWatch watch("/no/such/proc");
  EXPECT_THAT(watch.Watch(Multipathd()), FailsWith(HasSubstr("list processes")));
}

}  // namespace
}  // namespace dualpath::observe
