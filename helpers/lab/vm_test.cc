#include "helpers/lab/vm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace dualpath::lab {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

VmShape Shape(Accelerator accelerator) {
  VmShape shape;
  shape.accelerator = accelerator;
  shape.qemu = "/cache/image-trixie/qemu";
  shape.kernel = "/cache/image-trixie/vmlinuz";
  shape.initrd = "/cache/image-trixie/initrd.img";
  shape.memory_mebibytes = 2048;
  return shape;
}

std::vector<std::string> Arguments(Accelerator accelerator = Accelerator::kTcg) {
  return ShapeArguments(Shape(accelerator));
}

/// Returns every value of `option`.
std::vector<std::string> ValuesOf(const std::string& option,
                                  Accelerator accelerator = Accelerator::kTcg) {
  const std::vector<std::string> arguments = Arguments(accelerator);
  std::vector<std::string> values;
  for (std::size_t i = 0; i + 1 < arguments.size(); ++i) {
    if (arguments[i] == option) values.push_back(arguments[i + 1]);
  }
  return values;
}

TEST(ShapeArguments, HaveAClockIndependentOfTheMachine) {
  EXPECT_THAT(ValuesOf("-accel"), ElementsAre("tcg"));
  EXPECT_THAT(ValuesOf("-icount"), ElementsAre("shift=1,align=off,sleep=off"));
  EXPECT_THAT(ValuesOf("-rtc"), ElementsAre("clock=vm"));
}

TEST(ShapeArguments, HaveOneVirtualCpu) { EXPECT_THAT(ValuesOf("-smp"), ElementsAre("1")); }

TEST(ShapeArguments, EndTheVmWhenItsKernelPanics) {
  EXPECT_THAT(Arguments(), Contains("-no-reboot"));
  EXPECT_THAT(ValuesOf("-append"),
              ElementsAre(AllOf(HasSubstr(" panic=-1 "), HasSubstr(" oops=panic "))));
}

TEST(ShapeArguments, HaveTheUsersWordsAtTheEndOfTheCommandLine) {
  VmShape shape = Shape(Accelerator::kTcg);
  shape.append = "loglevel=7 dyndbg";
  EXPECT_THAT(ShapeArguments(shape),
              Contains(EndsWith("modprobe.blacklist=kvm_amd,kvm loglevel=7 dyndbg")));
}

TEST(ShapeArguments, HaveNoTimerThatWakesAnIdleCpu) {
  EXPECT_THAT(ValuesOf("-M"), ElementsAre(HasSubstr("hpet=off")));
  EXPECT_THAT(ValuesOf("-append"),
              ElementsAre(AllOf(HasSubstr(" cpuidle.governor=ladder "), HasSubstr(" tsc=reliable "),
                                HasSubstr(" sysctl.vm.compaction_proactiveness=0 "))));
}

TEST(ShapeArguments, HaveNoNestedKvm) {
  EXPECT_THAT(ValuesOf("-append"), ElementsAre(HasSubstr("modprobe.blacklist=kvm_amd,kvm")));
}

TEST(ShapeArguments, HaveTheMemoryOfTheShape) {
  EXPECT_THAT(ValuesOf("-m"), ElementsAre("2048M,maxmem=6144M"));
  EXPECT_THAT(ValuesOf("-M"), ElementsAre(HasSubstr("q35,memory-backend=ram")));
}

TEST(ShapeArguments, HaveThreePorts) {
  EXPECT_THAT(ValuesOf("-device"),
              AllOf(Contains("virtserialport,chardev=control,name=dualpath.control"),
                    Contains("virtserialport,chardev=output,name=dualpath.output"),
                    Contains("virtserialport,chardev=results,name=dualpath.results")));
}

TEST(ShapeArguments, DoNotDependOnTheMachine) {
  const std::vector<std::string> arguments = Arguments();
  EXPECT_THAT(arguments, Contains("-nodefaults"));
  EXPECT_THAT(arguments, Not(Contains("-netdev")));
  // They are in a snapshot's key, which must not depend on the cache's directory.
  EXPECT_THAT(arguments, Each(Not(HasSubstr("/cache/"))));
}

TEST(ShapeArguments, WithKvmUseThisMachinesCpuAndClock) {
  EXPECT_THAT(ValuesOf("-accel", Accelerator::kKvm), ElementsAre("kvm"));
  EXPECT_THAT(ValuesOf("-cpu", Accelerator::kKvm), ElementsAre("host"));
  EXPECT_THAT(ValuesOf("-smp", Accelerator::kKvm), ElementsAre("1"));
  EXPECT_THAT(Arguments(Accelerator::kKvm), Not(Contains("-icount")));
  EXPECT_THAT(Arguments(Accelerator::kKvm), Not(Contains("-rtc")));
}

TEST(ShapeArguments, WithKvmDifferInNothingElse) {
  // The two differ in CPU, clock, and the end of the kernel's command line.
  std::vector<std::string> emulated = Arguments();
  const std::string blacklist = " modprobe.blacklist=kvm_amd,kvm";
  for (std::string& word : emulated) {
    const std::size_t at = word.find(blacklist);
    if (at != std::string::npos) word.erase(at, blacklist.size());
    if (word == "tcg") word = "kvm";
    if (word == "qemu64") word = "host";
  }
  for (const char* option : {"-icount", "-rtc"}) {
    const auto found = std::find(emulated.begin(), emulated.end(), option);
    ASSERT_NE(found, emulated.end()) << option;
    emulated.erase(found, found + 2);
  }
  EXPECT_EQ(Arguments(Accelerator::kKvm), emulated);
}

Vm::Options Options() {
  Vm::Options options;
  options.shape = Shape(Accelerator::kTcg);
  options.shape.idle_table = "/a,b/idle.aml";
  options.disk = "/a,b/disk.raw";
  options.payload = "/a,b/payload.img";
  options.ram = "/a,b/ram";
  return options;
}

TEST(ArgumentsOf, AVmStartsNoProgramsAndGainsNoPrivileges) {
  std::vector<std::string> arguments = ArgumentsOf(Options(), "/tmp/vm", {});
  ASSERT_GE(arguments.size(), 2U);
  EXPECT_EQ(arguments[0], "-sandbox");
  EXPECT_EQ(arguments[1],
            "on,obsolete=deny,elevateprivileges=deny,resourcecontrol=deny,spawn=deny");
  EXPECT_THAT(ArgumentsOf(Options(), "/tmp/vm", {true, false})[1], HasSubstr("spawn=allow"));
  EXPECT_THAT(ArgumentsOf(Options(), "/tmp/vm", {false, false}), Not(Contains("-sandbox")));
}

TEST(ArgumentsOf, ACommaInAFileNameEndsNoValue) {
  const std::vector<std::string> arguments = ArgumentsOf(Options(), "/t,mp/vm", {});
  for (const char* quoted :
       {"mem-path=/a,,b/disk.raw", "file=/a,,b/payload.img", "mem-path=/a,,b/ram",
        "file=/a,,b/idle.aml", "path=/t,,mp/vm/control", "path=/t,,mp/vm/monitor"}) {
    EXPECT_THAT(arguments, Contains(HasSubstr(quoted)));
  }
  // Not an option with several values.
  EXPECT_THAT(arguments, Contains("file:/t,mp/vm/console.log"));
}

}  // namespace
}  // namespace dualpath::lab
