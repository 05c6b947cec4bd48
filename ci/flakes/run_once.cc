#include "ci/flakes/run_once.h"

#include <chrono>

#include "helpers/base/deadline.h"

namespace dualpath::flakes {
namespace {

using std::chrono::duration;

constexpr std::chrono::minutes kWithoutLimit{60};

}  // namespace

EndedRun RunOnce(const CtestCase& test) {
  const auto limit = test.timeout_seconds > 0
                         ? std::chrono::duration_cast<std::chrono::milliseconds>(
                               duration<double>(test.timeout_seconds))
                         : std::chrono::milliseconds(kWithoutLimit);
  const auto begun = std::chrono::steady_clock::now();
  const auto output = process::Execute(test.command, Deadline::In(limit));
  EndedRun ended;
  ended.run.name = test.name;
  ended.run.seconds = duration<double>(std::chrono::steady_clock::now() - begun).count();
  if (output.ok() && output->exit.signal == 0) ended.run.verdict = VerdictOf(output->exit.code);
  ended.output = output.ok() ? output->out + output->err + output->exit.ToString() + "\n"
                             : output.error().ToString() + "\n";
  return ended;
}

}  // namespace dualpath::flakes
