#pragma once

#include <string>

namespace dualpath {

/// What failed, on what, and why. Every fallible helper returns one inside a `Result`.
///
/// `operation` is a verb phrase ("delete path"), `object` names the thing as the system knows it
/// (a sysfs path, a command line, a map name), and the cause is an errno, an exit status or plain
/// words. The three together are what a test failure prints.
class Error {
 public:
  /// A failed system call. `error_number` is an errno value.
  static Error FromErrno(std::string operation, std::string object, int error_number);

  /// Anything else: a parser's complaint, an exit status in words, an unmet expectation.
  static Error Because(std::string operation, std::string object, std::string reason);

  /// The same failure seen from further up: `operation` becomes "bring up the rig: delete path".
  Error While(const std::string& outer_operation) const;

  const std::string& operation() const { return operation_; }
  const std::string& object() const { return object_; }
  const std::string& reason() const { return reason_; }

  /// The errno behind the failure, or 0 if it was not a system call.
  int error_number() const { return error_number_; }

  /// "operation: object: reason".
  std::string ToString() const;

 private:
  Error(std::string operation, std::string object, std::string reason, int error_number);

  std::string operation_;
  std::string object_;
  std::string reason_;
  int error_number_ = 0;
};

}  // namespace dualpath
