#pragma once

#include "ci/dualpath/subcommand.h"
#include "ci/matrix/matrix.h"

namespace dualpath::cli {

class MatrixCommand : public Subcommand {
 public:
  explicit MatrixCommand(CLI::App& app);

  /// Returns an `ExitCode`.
  int Run() const;

 private:
  matrix::MatrixOptions options_;
};

}  // namespace dualpath::cli
