#pragma once

#include <string>

namespace dualpath {

/// Failed operation, its object, and the reason. Every fallible helper returns one in a `Result`.
///
/// `operation` is a verb phrase for what the caller asked for ("delete path"); `object` is the
/// system's name of the object (a sysfs file, a command line, a map); the reason is an errno, an
/// exit status or plain text. A test failure prints all three.
class Error {
 public:
  /// A failed system call. `error_number` is an errno value.
  static Error FromErrno(std::string operation, std::string object, int error_number);

  /// Any other failure: a parse error, an exit status, an unmet expectation.
  static Error Because(std::string operation, std::string object, std::string reason);

  /// Returns the same failure with context: `operation` becomes "bring up the rig: delete path".
  Error While(const std::string& outer_operation) const;

  const std::string& operation() const { return operation_; }
  const std::string& object() const { return object_; }
  const std::string& reason() const { return reason_; }

  /// Returns the errno, or 0 if no system call failed.
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
