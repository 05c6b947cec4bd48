#include "helpers/matchers/eventually.h"

#include <gtest/gtest.h>

namespace dualpath::matchers_internal {
namespace {

constexpr int kShorter = 10;

/// The test that has waited in vain, if any. Cases match on one thread.
const ::testing::TestInfo* waited_in_vain = nullptr;

const ::testing::TestInfo* CurrentTest() {
  return ::testing::UnitTest::GetInstance()->current_test_info();
}

}  // namespace

void NoteExpiry() { waited_in_vain = CurrentTest(); }

bool CurrentTestHasFailed() {
  const ::testing::TestInfo* const test = CurrentTest();
  return test != nullptr && test->result()->Failed();
}

std::chrono::milliseconds BudgetInThisTest(std::chrono::milliseconds budget, bool has_failed) {
  // Not failed: another repetition of the test, or an expectation that is itself under test.
  const bool is_hopeless = has_failed && waited_in_vain == CurrentTest();
  return is_hopeless ? budget / kShorter : budget;
}

std::string ShortBudgetNote(std::chrono::milliseconds budget) {
  std::ostringstream note;
  note << "; looked for " << std::chrono::duration<double>(budget).count() * TimeScale()
       << " s only, since this case had waited in vain before";
  return note.str();
}

}  // namespace dualpath::matchers_internal
