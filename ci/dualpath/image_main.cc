// dualpath-image: builds the lab's image if it is missing. `dualpath prepare` does so too, but this
// program is compiled first, so that the image is built while the rest compiles.

#include <cstdlib>
#include <iostream>
#include <string>

#include "helpers/base/exit_code.h"
#include "helpers/lab/image/image.h"
#include "helpers/lab/image/recipe.h"
#include "helpers/process/interrupt.h"
#include "helpers/process/progress.h"

int main(int argc, char** /*argv*/) {
  using namespace dualpath;
  process::EndInOrderOnSignals();
  process::LogToStandardError();
  if (argc > 1) {
    std::cerr << "usage: dualpath-image (DUALPATH_STACK is the lab's distribution; see also "
                 "dualpath prepare --help)\n";
    return kUsage;
  }
  const char* variable = std::getenv("DUALPATH_STACK");
  const std::string stack = variable == nullptr ? lab::kDefaultStack : variable;
  if (!lab::IsKnownStack(stack)) {
    std::cerr << "dualpath-image: " << lab::ImageKey(stack).error().ToString() << "\n";
    return kUsage;
  }
  const lab::Own own = lab::OwnFromEnvironment();
  const Status checked = lab::CheckOwn(own);
  if (!checked.ok()) {
    std::cerr << "dualpath-image: " << checked.error().ToString() << "\n";
    return kUsage;
  }
  const auto make = [&]() -> Status {
    DUALPATH_TRY(const lab::Cache cache, lab::Cache::Open());
    DUALPATH_TRY(const lab::Image image, lab::GetImage(cache, stack, lab::Accelerator::kTcg, own));
    return Ok{};
  };
  const Status made = make();
  if (made.ok()) return kAllPassed;
  std::cerr << "dualpath-image: " << made.error().ToString() << "\n";
  return kInfrastructure;
}
