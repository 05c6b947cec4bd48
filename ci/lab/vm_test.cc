#include "ci/lab/vm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace dualpath::lab {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

VmShape Shape() {
  VmShape shape;
  shape.qemu = "/cache/image-trixie/qemu";
  shape.kernel = "/cache/image-trixie/vmlinuz";
  shape.initrd = "/cache/image-trixie/initrd.img";
  shape.memory_mebibytes = 2048;
  return shape;
}

/// Every value that `option` is given.
std::vector<std::string> ValuesOf(const std::string& option) {
  const std::vector<std::string> arguments = ShapeArguments(Shape());
  std::vector<std::string> values;
  for (std::size_t i = 0; i + 1 < arguments.size(); ++i) {
    if (arguments[i] == option) values.push_back(arguments[i + 1]);
  }
  return values;
}

TEST(ShapeArguments, HaveTimeThatDoesNotSeeTheMachine) {
  EXPECT_THAT(ValuesOf("-accel"), ElementsAre("tcg"));
  EXPECT_THAT(ValuesOf("-icount"), ElementsAre("shift=1,align=off,sleep=off"));
  EXPECT_THAT(ValuesOf("-rtc"), ElementsAre("clock=vm"));
}

TEST(ShapeArguments, HaveOneVirtualCpu) { EXPECT_THAT(ValuesOf("-smp"), ElementsAre("1")); }

TEST(ShapeArguments, EndTheVmWhenItsKernelDies) {
  EXPECT_THAT(ShapeArguments(Shape()), Contains("-no-reboot"));
  EXPECT_THAT(ValuesOf("-append"),
              ElementsAre(AllOf(HasSubstr(" panic=-1 "), HasSubstr(" oops=panic "))));
}

TEST(ShapeArguments, HaveNoNestedKvm) {
  EXPECT_THAT(ValuesOf("-append"), ElementsAre(HasSubstr("modprobe.blacklist=kvm_amd,kvm")));
}

TEST(ShapeArguments, HaveTheMemoryOfTheShapeInAFile) {
  EXPECT_THAT(ValuesOf("-m"), ElementsAre("2048M,maxmem=6144M"));
  EXPECT_THAT(ValuesOf("-M"), ElementsAre("q35,memory-backend=ram"));
}

TEST(ShapeArguments, HaveThreePortsOfTheirOwn) {
  EXPECT_THAT(ValuesOf("-device"),
              AllOf(Contains("virtserialport,chardev=control,name=dualpath.control"),
                    Contains("virtserialport,chardev=output,name=dualpath.output"),
                    Contains("virtserialport,chardev=results,name=dualpath.results")));
}

TEST(ShapeArguments, HaveNothingOfTheMachine) {
  const std::vector<std::string> arguments = ShapeArguments(Shape());
  EXPECT_THAT(arguments, Contains("-nodefaults"));
  EXPECT_THAT(arguments, Not(Contains("-netdev")));
  // A snapshot's key: where this user's cache is must not be in it.
  EXPECT_THAT(arguments, Each(Not(HasSubstr("/cache/"))));
}

}  // namespace
}  // namespace dualpath::lab
