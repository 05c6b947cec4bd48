#include "ci/flakes/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/matchers/status_matchers.h"

namespace dualpath::flakes {
namespace {

using results::Verdict;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const CaseRun kFirst{"A.One", 1, Verdict::kPassed, 1.5};
const CaseRun kSecond{"A.Two", 1, Verdict::kNoVerdict, 3};

class LedgerTest : public ::testing::Test {
 protected:
  Result<Ledger> Open(const flakes::Setup& setup, bool seed_is_given = true) const {
    return Ledger::Open(path_, setup, seed_is_given);
  }

  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
  std::string path_ = directory_.path() + "/state/runs.ndjson";
  flakes::Setup setup_{7, 16, 2, "build", {"A.Two", "A.One"}};
};

TEST_F(LedgerTest, GoesOnWhereAKilledProgramEnded) {
  {
    ASSERT_OK_AND_ASSIGN(Ledger ledger, Open(setup_));
    ASSERT_OK(ledger.Add(kFirst));
    ASSERT_OK(ledger.Add(kSecond));
  }
  ASSERT_OK_AND_ASSIGN(Ledger ledger, Open(setup_));
  EXPECT_THAT(ledger.runs(), ElementsAre(kFirst, kSecond));
  EXPECT_TRUE(ledger.Has("A.One", 1));
  EXPECT_FALSE(ledger.Has("A.One", 2));
  EXPECT_FALSE(ledger.Has("A", 1));
}

TEST_F(LedgerTest, DropsALineThatWasNotWrittenToItsEnd) {
  {
    ASSERT_OK_AND_ASSIGN(Ledger ledger, Open(setup_));
    ASSERT_OK(ledger.Add(kFirst));
  }
  const std::string whole = *ReadFile(path_);
  ASSERT_OK(WriteFileAtomically(path_, whole + R"({"case":"A.T)"));
  {
    ASSERT_OK_AND_ASSIGN(Ledger ledger, Open(setup_));
    EXPECT_THAT(ledger.runs(), ElementsAre(kFirst));
    ASSERT_OK(ledger.Add(kSecond));
  }
  ASSERT_OK_AND_ASSIGN(const Ledger ledger, Open(setup_));
  EXPECT_THAT(ledger.runs(), ElementsAre(kFirst, kSecond));
}

TEST_F(LedgerTest, BeginsAnewIfNotEvenTheSetupWasWritten) {
  ASSERT_OK(WriteFileAtomically(path_, R"({"seed":)"));
  ASSERT_OK_AND_ASSIGN(const Ledger ledger, Open(setup_));
  EXPECT_THAT(ledger.runs(), IsEmpty());
}

TEST_F(LedgerTest, DoesNotAddUpRunsOfAnotherSetup) {
  ASSERT_OK(Open(setup_));
  flakes::Setup other = setup_;
  other.build = "another";
  other.load = 0;
  EXPECT_THAT(Open(other),
              FailsWith(AllOf(HasSubstr("runs of another build, load"), HasSubstr("--restart"))));
  other = setup_;
  other.cases.emplace_back("A.Three");
  EXPECT_THAT(Open(other), FailsWith(HasSubstr("runs of another cases")));
}

TEST_F(LedgerTest, KeepsItsSeedUnlessAnotherIsGiven) {
  ASSERT_OK(Open(setup_));
  flakes::Setup other = setup_;
  other.seed = 8;
  ASSERT_OK_AND_ASSIGN(const Ledger ledger, Open(other, /*seed_is_given=*/false));
  EXPECT_EQ(ledger.setup().seed, 7U);
}

TEST_F(LedgerTest, RefusesAnotherSeed) {
  ASSERT_OK(Open(setup_));
  setup_.seed = 8;
  EXPECT_THAT(Open(setup_), FailsWith(HasSubstr("runs of another seed")));
}

TEST_F(LedgerTest, IsUsedByOneProgramAtATime) {
  ASSERT_OK_AND_ASSIGN(const Ledger ledger, Open(setup_));
  EXPECT_THAT(Open(setup_), FailsWith(HasSubstr("runs.ndjson.lock")));
}

TEST_F(LedgerTest, IsNotReadIfItIsNoLedger) {
  ASSERT_OK(WriteFileAtomically(path_, "{}\n"));
  EXPECT_THAT(Open(setup_), FailsWith(HasSubstr("continue the runs")));
}

TEST(VerdictOf, TakesOnlyADocumentedExitCodeForAVerdict) {
  EXPECT_EQ(VerdictOf(0), Verdict::kPassed);
  EXPECT_EQ(VerdictOf(1), Verdict::kFailed);
  EXPECT_EQ(VerdictOf(77), Verdict::kSkipped);
  for (const int code : {2, 69, 134, 137}) EXPECT_EQ(VerdictOf(code), Verdict::kNoVerdict) << code;
}

}  // namespace
}  // namespace dualpath::flakes
