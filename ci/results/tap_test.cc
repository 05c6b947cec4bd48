#include "ci/results/tap.h"

#include <gtest/gtest.h>

#include "ci/results/fake_results.h"

namespace dualpath::results {
namespace {

TEST(Tap, HasALineForEachCase) {
  const FakeResults results;
  results.WriteCase("A.Passes");
  results.WriteCase("B.Fails", FakeResults::kFailed);
  results.WriteCase("C.Skips", FakeResults::kSkipped);
  results.WriteCase("D.IsKnown", std::string(FakeResults::kKnown) + "<failure message=\"wrong\"/>");
  results.WriteCase("E.HasNone", "<error message=\"the VM died\"/>");
  EXPECT_EQ(Tap(ReadRun(results.path(), "")),
            "TAP version 13\n"
            "1..5\n"
            "ok 1 - A.Passes\n"
            "not ok 2 - B.Fails\n"
            "  ---\n"
            "  message: |\n"
            "    cases/path_offline.cc:20\n"
            "    Value of: a\n"
            "      Actual: <b>\n"
            "    an exception\n"
            "  ...\n"
            "ok 3 - C.Skips # SKIP no fio; install it\n"
            "not ok 4 - D.IsKnown # TODO known issue: https://example.org/1\n"
            "  ---\n"
            "  message: |\n"
            "    wrong\n"
            "  ...\n"
            "not ok 5 - E.HasNone no verdict\n"
            "  ---\n"
            "  message: |\n"
            "    the VM died\n"
            "  ...\n");
}

TEST(Tap, ASkipThatIsNotAllowedIsNotOk) {
  RunResults run;
  run.cases.emplace_back();
  run.cases[0].name = "A.Skips";
  run.cases[0].verdict = Verdict::kSkipped;
  run.cases[0].reason = "no fio #1";
  EXPECT_EQ(Tap(run), "TAP version 13\n1..1\nok 1 - A.Skips # SKIP no fio \\#1\n");
  run.cases[0].unlisted_skip = true;
  EXPECT_EQ(
      Tap(run),
      "TAP version 13\n1..1\nnot ok 1 - A.Skips\n  ---\n  message: |\n    skipped, which is not "
      "allowed: no fio #1\n  ...\n");
}

TEST(Tap, IsEmptyForNoCases) { EXPECT_EQ(Tap({}), "TAP version 13\n1..0\n"); }

}  // namespace
}  // namespace dualpath::results
