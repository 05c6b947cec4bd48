#include "helpers/lab/steps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/lab/snapshot_chain.h"

namespace dualpath::lab {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class StepsTest : public ::testing::Test {
 protected:
  Payload MakePayload(const std::string& digest = "digest of cases") const {
    Cache::Entry entry = *cache_.Get("payload", "key", 0, [](const std::string& directory) {
      return WriteFileAtomically(directory + "/payload.img", "");
    });
    std::string image = entry.File("payload.img");
    return Payload{std::move(entry), std::move(image), digest, {"/build/bin/dualpath_cases"}};
  }

  std::string KeyOf(Payload payload, const RequestedRig& rig) const {
    Steps steps = BootSteps();
    steps.push_back(ProgramStep(std::move(payload), rig));
    return KeysOf("identity", steps)->back();
  }

 private:
  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
  Cache cache_ = *Cache::Open(directory_.path());
};

TEST_F(StepsTest, CasesThatRequestTheSameRigShareItsSnapshot) {
  const std::string key = KeyOf(MakePayload(), {"{\"naa\":[]}", {"--gtest_filter=A.B"}});
  EXPECT_EQ(KeyOf(MakePayload(), {"{\"naa\":[]}", {"--gtest_filter=C.D", "--more"}}), key);
  EXPECT_NE(KeyOf(MakePayload(), {"{\"naa\":[1]}", {"--gtest_filter=A.B"}}), key);
  EXPECT_NE(KeyOf(MakePayload(), {"", {"--gtest_filter=A.B"}}), key);
  EXPECT_NE(KeyOf(MakePayload("other digest"), {"{\"naa\":[]}", {"--gtest_filter=A.B"}}), key);
}

TEST_F(StepsTest, TheArgumentsBringUpARequestedRigOnly) {
  const Step own = ProgramStep(MakePayload(), {"a rig", {"--gtest_filter=A.B", "two words"}});
  EXPECT_THAT(LineFor(own), StartsWith("set -- '--gtest_filter=A.B' 'two words'; "));
  const Step common = ProgramStep(MakePayload(), {"", {"--gtest_filter=A.B"}});
  EXPECT_THAT(LineFor(common), AllOf(StartsWith("set --; "), Not(HasSubstr("A.B"))));
  EXPECT_EQ(own.line, common.line);
}

TEST_F(StepsTest, AProgramIsLoadedFromItsPayload) {
  const Step step = ProgramStep(MakePayload(), {});
  EXPECT_THAT(step.line, AllOf(StartsWith("/usr/lib/dualpath/load-payload && "),
                               HasSubstr(" && /payload/load 3600 'dualpath_cases' \"$@\" || ")));
  EXPECT_EQ(step.answer, "loaded");
}

TEST_F(StepsTest, TheRigIsUpWhenItsProgramHasSucceeded) {
  const Step step = RigStep(MakePayload());
  EXPECT_THAT(step.line, AllOf(StartsWith("/usr/lib/dualpath/load-payload && "),
                               HasSubstr(" dualpath-rig up "), EndsWith("echo exit $code >&3")));
  EXPECT_EQ(step.answer, "exit 0");
}

}  // namespace
}  // namespace dualpath::lab
