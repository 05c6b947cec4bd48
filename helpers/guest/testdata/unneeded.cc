// A library with a versioned function, as librdmacm is for fio.
extern "C" int DualpathUnneeded(int number) { return number + 1; }
