//! Loops: the only place where threads run and where speed decides how the code looks.
